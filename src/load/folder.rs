//! The one guarded way to open files: takes a folder and a path below it, gives bytes; nothing outside is ever read.
//!
//! The folder is opened once, and every path is resolved below that handle by the system call itself, so that a link put
//! in place between a check and the opening leads nowhere. What was opened is examined, not what the path said before.

use std::io::{self, Read};
use std::path::{Component, Path};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, OpenOptions};
use icu_normalizer::ComposingNormalizerBorrowed;

use crate::diag::Diagnostic;
use crate::limits::{Limits, Unit};

/// A folder of the user's, and the name that the user knows it by.
#[derive(Debug)]
pub struct Folder {
    dir: Dir,
    name: String,
}

/// Why a file or folder could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenError {
    Missing {
        near: Option<String>,
    },
    /// A link to a file that is not there.
    DeadLink,
    /// Absolute, with `..`, or by a link that leads out of the folder.
    Outside,
    /// A folder, pipe, socket or device.
    NoFile(&'static str),
    TooLarge {
        limit: &'static str,
        bytes: u64,
    },
    Denied,
    Other(String),
}

/// What to say of a file in messages, and how much of it to read at most.
#[derive(Debug, Clone, Copy)]
pub struct Bound {
    /// The limit's name, for the hint.
    pub limit: &'static str,
    pub bytes: u64,
}

impl OpenError {
    /// The error as a diagnostic about `path`, without a place. `what` names the kind of file: `photo`, `case file`.
    pub fn diagnostic(&self, what: &str, path: &str) -> Diagnostic {
        match self {
            Self::Missing { near } => {
                let error = Diagnostic::error(format!("there is no {what} `{path}`"));
                match near {
                    _ if path.contains("://") => error
                        .hint("nothing is fetched: save the file into the folder, and name it from there"),
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error,
                }
            }
            Self::DeadLink => {
                Diagnostic::error(format!("the {what} `{path}` is a link to a file that is not there"))
                    .hint("put the file itself in its place")
            }
            Self::Outside => {
                let error = Diagnostic::error(format!("the {what} `{path}` lies outside of the folder"));
                match what {
                    "photo" | "logo" => error.hint(
                        "copy the file into the folder and name it from there, such as `photos/maryia.jpg`",
                    ),
                    _ => error.hint("copy the file itself into the folder"),
                }
            }
            Self::NoFile(found) if what == "folder" => {
                Diagnostic::error(format!("`{path}` is {found}, not a folder"))
            }
            Self::NoFile(found) => Diagnostic::error(format!("the {what} `{path}` is {found}, not a file")),
            Self::TooLarge { limit, bytes } => {
                Diagnostic::error(format!("the {what} `{path}` is larger than {}", Unit::Bytes.words(*bytes)))
                    .hint(Limits::hint(limit))
            }
            Self::Denied => Diagnostic::machine(format!("no permission to read the {what} `{path}`")),
            Self::Other(words) => Diagnostic::machine(format!("cannot read the {what} `{path}`: {words}")),
        }
    }
}

impl Folder {
    /// Opens a folder that the user named on the command line.
    ///
    /// # Errors
    /// Where it is missing, no folder, or not to be read.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        let name = path.to_string_lossy().into_owned();
        match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(dir) => Ok(Self { dir, name }),
            Err(error) => Err(match error.kind() {
                io::ErrorKind::NotFound => OpenError::Missing { near: None },
                io::ErrorKind::NotADirectory => OpenError::NoFile("a file"),
                io::ErrorKind::PermissionDenied => OpenError::Denied,
                _ => OpenError::Other(words(&error)),
            }),
        }
    }

    /// A folder inside this one.
    ///
    /// # Errors
    /// As for a file, and where it is no folder.
    pub fn open_below(&self, path: &str) -> Result<Self, OpenError> {
        inside(path)?;
        let dir = self.dir.open_dir(path).map_err(|error| self.explain(&error, path))?;
        Ok(Self { dir, name: self.shown(path) })
    }

    /// The folder as the user typed it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A file's name for messages: the folder as the user typed it and the path below.
    pub fn shown(&self, path: &str) -> String {
        let folder = self.name.trim_end_matches(['/', std::path::MAIN_SEPARATOR]);
        match folder {
            "" if self.name.is_empty() => path.to_owned(),
            "." => path.to_owned(),
            _ => format!("{folder}/{path}"),
        }
    }

    /// The whole of a regular file.
    ///
    /// # Errors
    /// Where it is missing, outside, no regular file, larger than the bound, or not to be read.
    pub fn read(&self, path: &str, bound: Bound) -> Result<Vec<u8>, OpenError> {
        inside(path)?;
        let file = match self.open_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let other = self.same_but_for_composition(path).ok_or_else(|| self.missing(path))?;
                self.open_file(&other).map_err(|error| self.explain(&error, path))?
            }
            other => other.map_err(|error| self.explain(&error, path))?,
        };
        let metadata = file.metadata().map_err(|error| self.explain(&error, path))?;
        let kind = metadata.file_type();
        if !kind.is_file() {
            return Err(OpenError::NoFile(if kind.is_dir() {
                "a folder"
            } else {
                "a pipe, socket or device"
            }));
        }
        let too_large = OpenError::TooLarge { limit: bound.limit, bytes: bound.bytes };
        if metadata.len() > bound.bytes {
            return Err(too_large);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        file.into_std()
            .take(bound.bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| self.explain(&error, path))?;
        if bytes.len() as u64 > bound.bytes {
            return Err(too_large);
        }
        Ok(bytes)
    }

    /// The names of what stands directly in the folder, sorted; names that are no Unicode are shown with stand-ins.
    ///
    /// # Errors
    /// Where the folder cannot be listed.
    pub fn names(&self) -> Result<Vec<String>, OpenError> {
        let entries = self.dir.entries().map_err(|error| self.explain(&error, "."))?;
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| self.explain(&error, "."))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    /// True where the path is a folder inside this one.
    pub fn has_folder(&self, path: &str) -> bool {
        inside(path).is_ok() && self.dir.metadata(path).is_ok_and(|m| m.is_dir())
    }

    fn open_file(&self, path: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.read(true);
        // Without it the opening of a pipe that nobody writes to never returns.
        #[cfg(unix)]
        {
            use cap_std::fs::OpenOptionsExt;
            options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        }
        self.dir.open_with(path, &options)
    }

    fn explain(&self, error: &io::Error, path: &str) -> OpenError {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => self.missing(path),
            // An escape that was stopped has no number of the system's; a refusal by the system has.
            io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => OpenError::Outside,
            io::ErrorKind::PermissionDenied => OpenError::Denied,
            io::ErrorKind::IsADirectory => OpenError::NoFile("a folder"),
            _ => match error.raw_os_error() {
                #[cfg(unix)]
                Some(libc::ENXIO | libc::ENODEV) => OpenError::NoFile("a pipe, socket or device"),
                #[cfg(unix)]
                Some(libc::ELOOP) => OpenError::DeadLink,
                #[cfg(unix)]
                Some(libc::ENAMETOOLONG) => OpenError::Missing { near: None },
                _ => OpenError::Other(words(error)),
            },
        }
    }

    fn missing(&self, path: &str) -> OpenError {
        let (parent, file) = split(path);
        if self.dir.symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
            return OpenError::DeadLink;
        }
        let slashed = path.replace('\\', "/");
        if slashed != path && self.dir.metadata(&slashed).is_ok() {
            return OpenError::Missing { near: Some(slashed) };
        }
        let wanted = file.to_lowercase();
        let near = self
            .siblings(parent)
            .into_iter()
            .map(|name| (strsim::jaro_winkler(&name.to_lowercase(), &wanted), name))
            .filter(|(score, _)| *score > 0.85)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, name)| join(parent, &name));
        OpenError::Missing { near }
    }

    /// The name under which a file is stored whose letters are composed in another way (macOS stores `ö` as two).
    fn same_but_for_composition(&self, path: &str) -> Option<String> {
        if path.is_ascii() {
            return None;
        }
        let nfc = ComposingNormalizerBorrowed::new_nfc();
        let (parent, file) = split(path);
        let wanted = nfc.normalize(file);
        self.siblings(parent)
            .into_iter()
            .find(|name| nfc.normalize(name) == wanted)
            .map(|name| join(parent, &name))
    }

    fn siblings(&self, parent: &str) -> Vec<String> {
        let parent = if parent.is_empty() { "." } else { parent };
        let Ok(entries) = self.dir.read_dir(parent) else { return Vec::new() };
        entries.take(10_000).flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() { name.to_owned() } else { format!("{parent}/{name}") }
}

/// Refuses by the look of a path what can never be meant; the opening itself refuses the rest.
fn inside(path: &str) -> Result<(), OpenError> {
    if path.trim().is_empty() || path.contains('\0') {
        return Err(OpenError::Missing { near: None });
    }
    let drive = path.as_bytes().get(1) == Some(&b':');
    if drive || path.starts_with('\\') || path.starts_with('~') {
        return Err(OpenError::Outside);
    }
    let ok =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if ok { Ok(()) } else { Err(OpenError::Outside) }
}

/// A system error in words, without the number that Rust adds.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUND: Bound = Bound { limit: "toml-bytes", bytes: 10 };

    fn folder() -> (tempfile::TempDir, Folder) {
        let outside = tempfile::tempdir().unwrap();
        let inner = outside.path().join("cases");
        std::fs::create_dir_all(inner.join("photos")).unwrap();
        std::fs::write(outside.path().join("secret"), "secret").unwrap();
        std::fs::write(inner.join("a.toml"), "x = 1").unwrap();
        std::fs::write(inner.join("photos/Maryia.JPG"), "jpg").unwrap();
        std::fs::write(inner.join("large"), "0123456789a").unwrap();
        let folder = Folder::open(&inner).unwrap();
        (outside, folder)
    }

    #[test]
    fn files_inside_are_read_and_others_are_not() {
        let (outside, folder) = folder();
        assert_eq!(folder.read("a.toml", BOUND).unwrap(), b"x = 1");
        assert_eq!(folder.read("./photos/Maryia.JPG", BOUND).unwrap(), b"jpg");
        let absolute = outside.path().join("secret");
        for path in ["../secret", "photos/../../secret", absolute.to_str().unwrap(), "C:\\secret", "~/secret"]
        {
            assert_eq!(folder.read(path, BOUND), Err(OpenError::Outside), "{path}");
        }
        assert_eq!(folder.read("photos", BOUND), Err(OpenError::NoFile("a folder")));
        assert!(matches!(folder.read("large", BOUND), Err(OpenError::TooLarge { .. })));
        assert_eq!(folder.read("", BOUND), Err(OpenError::Missing { near: None }));
        assert!(matches!(folder.read("a.toml/b", BOUND), Err(OpenError::Missing { .. })));
        let near = OpenError::Missing { near: Some("photos/Maryia.JPG".to_owned()) };
        assert_eq!(folder.read("photos/maryia.jpg", BOUND), Err(near));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_inside_only_and_pipes_do_not_hang() {
        use std::os::unix::fs::symlink;
        let (outside, folder) = folder();
        let inner = outside.path().join("cases");
        symlink(outside.path().join("secret"), inner.join("out")).unwrap();
        symlink("../secret", inner.join("up")).unwrap();
        symlink("..", inner.join("parent")).unwrap();
        symlink("a.toml", inner.join("in")).unwrap();
        symlink("circle", inner.join("circle")).unwrap();
        symlink("/dev/zero", inner.join("zero")).unwrap();
        for path in ["out", "up", "parent/secret", "zero"] {
            assert_eq!(folder.read(path, BOUND), Err(OpenError::Outside), "{path}");
        }
        assert_eq!(folder.read("in", BOUND).unwrap(), b"x = 1");
        assert!(folder.read("circle", BOUND).is_err());
        let pipe = std::ffi::CString::new(inner.join("pipe").to_str().unwrap()).unwrap();
        // SAFETY: the path is a valid C string that outlives the call.
        assert_eq!(unsafe { libc::mkfifo(pipe.as_ptr(), 0o600) }, 0);
        assert!(matches!(folder.read("pipe", BOUND), Err(OpenError::NoFile(_))));
        let _socket = std::os::unix::net::UnixListener::bind(inner.join("socket")).unwrap();
        assert!(matches!(folder.read("socket", BOUND), Err(OpenError::NoFile(_))));
    }

    #[test]
    fn a_decomposed_name_on_disk_is_found_by_its_composed_form() {
        let (outside, folder) = folder();
        std::fs::write(outside.path().join("cases/photos/o\u{308}.jpg"), "jpg").unwrap();
        assert_eq!(folder.read("photos/ö.jpg", BOUND).unwrap(), b"jpg");
    }
}
