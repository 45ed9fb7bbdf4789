//! `evalbox`: the trusted programs around a completion. Each module describes its own.
//!
//!     evalbox confine [limits] --work DIR -- COMMAND...
//!     evalbox confine [limits] --work DIR -- serve [limits] LIBRARY
//!     evalbox judge PATIENCE_MS CPU_S -- COMMAND THAT STARTS THE SERVER...
//!     evalbox abi

mod birth;
mod bpf;
mod confine;
mod confine_options;
mod handle;
mod judge;
mod landlock;
mod namespaces;
mod powers;
mod report;
mod seccomp;
mod seeds;
mod serve;
mod serve_options;
mod sys;
mod traces;

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    sys::reset_signals();
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let result = match verb.as_str() {
        "confine" => {
            confine_options::ConfineOptions::parse(arguments).and_then(|o| confine::run(o))
        }
        "judge" => judge(arguments),
        "abi" => {
            println!("{}", landlock::abi());
            Ok(())
        }
        _ => Err(format!("unknown verb '{verb}'")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => {
            eprintln!("evalbox: {text}");
            ExitCode::from(confine::SANDBOX_FAILED)
        }
    }
}

fn judge(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    // Once the parent has ended, nobody reads the verdicts.
    sys::die_with_parent();
    let mut number = || {
        let word = arguments.next().unwrap_or_default();
        word.parse()
            .map_err(|_| format!("judge: not a number: '{word}'"))
    };
    let patience = judge::Patience {
        wall: Duration::from_millis(number()?),
        cpu_s: number()?,
    };
    let server: Vec<String> = arguments.skip_while(|word| word == "--").collect();
    if server.is_empty() {
        return Err("judge needs -- COMMAND".into());
    }
    judge::run(patience, &server).map_err(|error| error.to_string())
}
