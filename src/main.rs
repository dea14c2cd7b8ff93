//! The binary: everything is in the library.

fn main() -> std::process::ExitCode {
    daily_note::cli::main()
}
