//! The options of `evalbox confine`.

/// The program to run, and its limits.
#[derive(Debug, Default, PartialEq)]
// Each bool is a switch of the command line.
#[allow(clippy::struct_excessive_bools)]
pub struct ConfineOptions {
    /// Folder that becomes `/tmp` and the current folder.
    pub work: String,
    pub work_writable: bool,
    pub readable: Vec<String>,
    pub memory_mib: u64,
    pub cpu_s: u64,
    pub file_mib: u64,
    pub processes: u64,
    /// Install the seccomp filter for a compiler here. Without it the program (the fork-server)
    /// confines its children itself.
    pub building: bool,
    pub namespaces: bool,
    pub landlock: bool,
    /// False only where the user declined a sandbox: then only the limits stay.
    pub seccomp: bool,
    /// Our user runs nothing else in this user namespace, so the kernel counts only the processes
    /// of this sandbox against its limit.
    pub own_user: bool,
    /// The user that root becomes before it serves.
    pub stranger: Option<u32>,
    /// A program and its arguments, or `serve` and its options. `serve` runs in this same program.
    pub command: Vec<String>,
}

impl ConfineOptions {
    /// Read the words that follow `confine`.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = ConfineOptions {
            namespaces: true,
            landlock: true,
            seccomp: true,
            ..ConfineOptions::default()
        };
        while let Some(flag) = arguments.next() {
            match flag.as_str() {
                "--building" => options.building = true,
                "--no-namespaces" => options.namespaces = false,
                "--no-landlock" => options.landlock = false,
                "--no-seccomp" => options.seccomp = false,
                "--own-user" => options.own_user = true,
                "--" => {
                    options.command = arguments.by_ref().collect();
                    break;
                }
                _ => {
                    let value = arguments.next().ok_or(format!("{flag} needs a value"))?;
                    options.set(&flag, value)?;
                }
            }
        }
        if options.command.is_empty() || options.work.is_empty() {
            return Err("confine needs --work DIR and -- COMMAND".into());
        }
        Ok(options)
    }

    fn set(&mut self, flag: &str, value: String) -> Result<(), String> {
        let number = || {
            value
                .parse::<u64>()
                .map_err(|_| format!("{flag}: not a number: {value}"))
        };
        match flag {
            "--work" => self.work = value,
            "--work-writable" => {
                self.work = value;
                self.work_writable = true;
            }
            "--readable" => self.readable.push(value),
            "--memory-mib" => self.memory_mib = number()?,
            "--cpu-s" => self.cpu_s = number()?,
            "--file-mib" => self.file_mib = number()?,
            "--processes" => self.processes = number()?,
            _ => return Err(format!("unknown option {flag}")),
        }
        Ok(())
    }

    /// Tell whether the command is `serve`: to run subjects from a library.
    pub fn serves(&self) -> bool {
        self.command.first().is_some_and(|word| word == "serve")
    }
}

#[cfg(test)]
mod tests {
    use super::ConfineOptions;

    fn parse(line: &str) -> Result<ConfineOptions, String> {
        ConfineOptions::parse(line.split_whitespace().map(String::from))
    }

    #[test]
    fn everything_confines_unless_switched_off() {
        let options = parse("--work /w -- serve ./batch.so").unwrap();
        assert!(options.namespaces && options.landlock && options.seccomp);
        assert!(options.serves() && !options.work_writable && !options.building);
        assert_eq!(options.work, "/w");
    }

    #[test]
    fn limits_and_paths_are_taken_in_any_order() {
        let options = parse(
            "--readable /a --cpu-s 3 --readable /b --building --work-writable /w -- rustc -V",
        )
        .unwrap();
        assert_eq!(options.readable, ["/a", "/b"]);
        assert_eq!((options.cpu_s, options.building), (3, true));
        assert!(options.work_writable && !options.serves());
        assert_eq!(options.command, ["rustc", "-V"]);
    }

    #[test]
    fn flags_behind_the_command_are_the_commands() {
        let options = parse("--work /w -- serve --no-seccomp").unwrap();
        assert!(options.seccomp);
        assert_eq!(options.command, ["serve", "--no-seccomp"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (line, word) in [
            ("--work /w", "COMMAND"),
            ("-- serve", "--work"),
            ("--cpu-s x --work /w -- serve", "--cpu-s: not a number: x"),
            ("--what 3 --work /w -- serve", "unknown option --what"),
            ("--memory-mib", "--memory-mib needs a value"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(word), "{line}: {error}");
        }
    }
}
