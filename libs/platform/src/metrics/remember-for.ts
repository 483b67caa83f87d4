/** `read`, asked at most once in `seconds`: scrapes in between, and all metrics of one scrape, share its answer. */
export function rememberFor<T>(seconds: number, read: () => Promise<T>): () => Promise<T> {
  let latest: { answer: Promise<T>; until: number } | undefined;
  return () => {
    const now = performance.now();
    if (latest && now < latest.until) return latest.answer;
    const answer = read();
    latest = { answer, until: now + seconds * 1_000 };
    answer.catch(() => {
      latest = undefined;
    });
    return answer;
  };
}
