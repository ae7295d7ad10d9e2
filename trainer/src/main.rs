//! The binary `transfermap`.

fn main() -> std::process::ExitCode {
    transfermap_trainer::cli::main()
}
