//! Plan → claim → send → record; retry, throttle. The promise of docs/delivery.md is kept here.
