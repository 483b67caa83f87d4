#!/bin/sh
# Started by the image's entrypoint before nginx: has nginx take a new certificate, which interrupts nobody. What nginx
# would refuse is left alone, and the log says why.
shown=$(cksum <"$TLS_CERT")
(
  while sleep "${CERTIFICATE_LOOK_SECONDS:-10}"; do
    now=$(cksum <"$TLS_CERT")
    [ "$now" = "$shown" ] && continue
    shown=$now
    nginx -t -q -c "$RUN_DIR/nginx.conf" && kill -HUP "$(cat "$RUN_DIR/nginx.pid")"
  done
) &
