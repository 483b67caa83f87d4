// Ctrl-C and SIGTERM: everything stops in order; a second Ctrl-C ends it at once.

/** @returns the orderly stop, for a start that failed half-way, and whether somebody asked for an end */
export function stopOnSignals({ supervisor, output, order }) {
  let stopping;
  let asked = false;
  const stop = () => (stopping ??= supervisor.stopAll(order));
  const onSignal = (signal) => {
    if (asked && signal === 'SIGINT') {
      output.say('ending at once');
      // The exit handler of tools/services/process.mjs kills what still runs; the database replays its log next time.
      process.exit(130);
    }
    if (asked) return;
    asked = true;
    output.say('stopping … (Ctrl-C again ends it at once)');
    stop().then(
      () => {
        output.say('stopped');
        process.exit(0);
      },
      (error) => {
        output.say(`stopping failed: ${error.message}`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  if (process.env.npm_lifecycle_event) onParentGone(() => onSignal('SIGTERM'));
  return { stop, asked: () => asked };
}

/** npm hands a SIGTERM on to its shell only, which ends without telling us. */
function onParentGone(tell) {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && tell(), 500).unref();
}
