/** Hash of pulls not yet folded: `r:<repository id>` → count, `a:<artifact id>` and `t:<tag id>` → last time in ms. */
export const pendingPullsKey = 'pulls:pending';
/** The batch that is being folded now. */
export const foldingPullsKey = 'pulls:folding';
