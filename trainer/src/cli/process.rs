//! This program as a process: started again as a worker, and told to stop.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context;

/// This program, to be started as a worker.
pub(super) fn worker_command() -> anyhow::Result<impl Fn() -> Command> {
    let program = std::env::current_exe().context("finding this program")?;
    Ok(move || {
        let mut command = Command::new(&program);
        command.arg("worker");
        command
    })
}

/// A flag that SIGTERM and SIGINT raise. A second SIGINT ends the program at once.
pub(super) fn stop_flag() -> anyhow::Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    let stop = Arc::new(AtomicBool::new(false));
    flag::register_conditional_shutdown(SIGINT, 130, Arc::clone(&stop))?;
    for signal in [SIGTERM, SIGINT] {
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}
