//! `evalbox`: the trusted programs around a completion. See each module.
//!
//!     evalbox confine [limits] --work DIR -- COMMAND...
//!     evalbox confine [limits] --work DIR -- serve [limits] LIBRARY
//!     evalbox judge PATIENCE_MS -- COMMAND THAT STARTS THE SERVER...
//!     evalbox abi

mod birth;
mod confine;
mod handle;
mod judge;
mod landlock;
mod seccomp;
mod serve;
mod sys;

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let verb = arguments.next().unwrap_or_default();
    let result = match verb.as_str() {
        "confine" => match confine::Options::parse(arguments) {
            Ok(options) => confine::run(options),
            Err(text) => Err(text),
        },
        "judge" => {
            let patience = arguments
                .next()
                .and_then(|word| word.parse().ok())
                .unwrap_or(60_000);
            let server: Vec<String> = arguments.skip_while(|word| word == "--").collect();
            judge::run(Duration::from_millis(patience), &server).map_err(|error| error.to_string())
        }
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
            ExitCode::from(confine::SANDBOX_FAILED as u8)
        }
    }
}
