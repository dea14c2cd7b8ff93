//! A machine that fails or is shared, under each command that runs for long: `send` alone has the crash
//! programme; here are `serve`, `send --due` and those who only look.

mod beside;
mod descriptors;
mod disk;
mod ended;
mod failing;
mod looking;
