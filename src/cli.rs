//! The command line: arguments in, report out, exit code. One file a command.
