//! The options of `serve`: the library, and the bounds of one subject.

use crate::confine_options;

/// The library that holds the subjects, and the limits of each subject.
#[derive(Clone, Debug, PartialEq)]
pub struct ServeOptions {
    pub library: String,
    pub wall_ms: u64,
    pub cpu_s: u64,
    pub memory_mib: u64,
    pub output_kib: u64,
    pub landlock: bool,
    pub seccomp: bool,
}

impl ServeOptions {
    /// Read the words that follow `serve` in the command of `confine`.
    pub fn parse(outer: &confine_options::ConfineOptions) -> Result<Self, String> {
        let mut arguments = outer.command.iter().skip(1).cloned();
        let mut options = ServeOptions {
            library: String::new(),
            wall_ms: 10_000,
            cpu_s: 10,
            memory_mib: 1024,
            output_kib: 1024,
            landlock: outer.landlock,
            seccomp: outer.seccomp,
        };
        while let Some(word) = arguments.next() {
            let mut number = || {
                let value = arguments.next().unwrap_or_default();
                value
                    .parse()
                    .map_err(|_| format!("{word}: not a number: '{value}'"))
            };
            match word.as_str() {
                "--wall-ms" => options.wall_ms = number()?,
                "--cpu-s" => options.cpu_s = number()?,
                "--memory-mib" => options.memory_mib = number()?,
                "--output-kib" => options.output_kib = number()?,
                _ if word.starts_with('-') => return Err(format!("unknown option {word}")),
                _ => options.library = word,
            }
        }
        if options.library.is_empty() {
            return Err("serve needs a LIBRARY".into());
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::ServeOptions;
    use crate::confine_options;

    fn parse(words: &[&str]) -> Result<ServeOptions, String> {
        ServeOptions::parse(&confine_options::ConfineOptions {
            command: words.iter().map(ToString::to_string).collect(),
            seccomp: true,
            ..confine_options::ConfineOptions::default()
        })
    }

    #[test]
    fn bounds_are_read_and_the_sandbox_is_the_outer_ones() {
        let options = parse(&["serve", "--cpu-s", "2", "./batch.so", "--output-kib", "9"]).unwrap();
        assert_eq!(options.library, "./batch.so");
        assert_eq!(
            (options.cpu_s, options.output_kib, options.memory_mib),
            (2, 9, 1024)
        );
        assert!(options.seccomp && !options.landlock);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (words, cause) in [
            (&["serve"][..], "LIBRARY"),
            (
                &["serve", "--cpu-s", "-1", "./b.so"],
                "--cpu-s: not a number: '-1'",
            ),
            (&["serve", "--cpu-s"], "--cpu-s: not a number: ''"),
            (&["serve", "--what", "./b.so"], "unknown option --what"),
        ] {
            let error = parse(words).unwrap_err();
            assert!(error.contains(cause), "{words:?}: {error}");
        }
    }
}
