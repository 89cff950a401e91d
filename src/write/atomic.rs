//! Bytes and a path in; the new file in place of the old one out, or the old one as it was.
//!
//! Written beside under a name of its own, flushed to the disk, then moved into place: whatever fails on the way, and
//! whenever the program or the machine stops, the path holds either the old file or the new one.

#[cfg(unix)]
use std::ffi::CString;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
#[cfg(unix)]
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tempfile::{Builder, NamedTempFile};

use crate::diag::Diagnostic;

/// Unfinished files are called `.makekit-….part`.
const PREFIX: &str = ".makekit-";
const SUFFIX: &str = ".part";
/// An unfinished file older than this was left by a run that was killed.
const STALE: Duration = Duration::from_secs(3600);

/// Unfinished files of this process, each in a place of its own; a place is null where it is free. What they point to
/// lives as long as the program, so that the places can be read at any moment without a lock.
static UNFINISHED: [AtomicPtr<Unfinished>; 64] = [const { AtomicPtr::new(ptr::null_mut()) }; 64];
/// Held from before a file is made until it stands in the list.
static MAKING: Mutex<()> = Mutex::new(());

struct Unfinished {
    path: PathBuf,
    /// The path as the system takes it, made beforehand: where memory is at its end none can be had.
    #[cfg(unix)]
    name: CString,
}

impl Unfinished {
    fn remove(&self) {
        #[cfg(unix)]
        // SAFETY: the name ends in a nought and lives as long as the program.
        unsafe {
            libc::unlink(self.name.as_ptr());
        }
        #[cfg(not(unix))]
        let _ = fs::remove_file(&self.path);
    }
}

/// True for the name of an unfinished file.
pub fn is_unfinished(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with(PREFIX) && name.ends_with(SUFFIX)
}

/// Removes the unfinished files of this process. On Unix it neither allocates nor locks, so that it may be called where
/// the stack or the memory is at its end.
pub fn take_away_unfinished() {
    for place in &UNFINISHED {
        let unfinished = place.swap(ptr::null_mut(), Ordering::AcqRel);
        // SAFETY: null, or what `Registered::new` leaked.
        if let Some(unfinished) = unsafe { unfinished.as_ref() } {
            unfinished.remove();
        }
    }
}

/// The same for a process that is about to end by a signal: from now on it makes no new file.
pub fn take_away_unfinished_for_good() {
    std::mem::forget(MAKING.lock());
    take_away_unfinished();
}

/// A path that may be written, locked against a second run while it lives.
#[derive(Debug)]
pub struct Target {
    path: PathBuf,
    folder: PathBuf,
    /// Held, not read: the lock goes when the file is closed.
    _lock: Option<Arc<File>>,
}

impl Target {
    /// Looks whether the path can be written, and locks it. The default folder `out` is made where it is missing.
    ///
    /// # Errors
    /// The folder is missing, the path is a link or a folder, or another run is writing it.
    pub fn claim(path: &Path) -> Result<Self, Diagnostic> {
        let folder = folder_of(path);
        let lock = Self::look(path, &folder).and_then(|()| lock(&folder, path))?;
        sweep(&folder);
        Ok(Self { path: path.to_owned(), folder, _lock: lock.map(Arc::new) })
    }

    /// The same for several paths of one folder, which is locked once.
    ///
    /// # Errors
    /// As [`Target::claim`], for the first path that cannot be claimed.
    pub fn claim_all(paths: &[PathBuf]) -> Result<Vec<Self>, Diagnostic> {
        let Some((first, others)) = paths.split_first() else { return Ok(Vec::new()) };
        let first = Self::claim(first)?;
        let mut claimed = Vec::with_capacity(paths.len());
        for path in others {
            Self::look(path, &first.folder)?;
            claimed.push(Self {
                path: path.clone(),
                folder: first.folder.clone(),
                _lock: first._lock.clone(),
            });
        }
        claimed.insert(0, first);
        Ok(claimed)
    }

    /// What stands at the path now, as text; `None` where there is nothing to read.
    pub fn read(&self) -> Option<String> {
        fs::read_to_string(&self.path).ok()
    }

    /// Looks whether the path can be written.
    fn look(path: &Path, folder: &Path) -> Result<(), Diagnostic> {
        let shown = path.display();
        if path.file_name().is_none() {
            return Err(Diagnostic::error(format!("`{shown}` is not a file name")));
        }
        if path == Path::new("-") {
            return Err(Diagnostic::error("a kit cannot be written to the terminal or into a pipe")
                .hint("give `--out` a file's name, for example `out/kit.pdf`"));
        }
        if !folder.is_dir() {
            if folder == Path::new("out") && !folder.exists() {
                fs::create_dir(folder).map_err(|error| failed("make the folder", folder, &error))?;
            } else {
                return Err(Diagnostic::error(format!("there is no folder `{}`", folder.display()))
                    .hint("make it first, or give `--out` another path"));
            }
        }
        match fs::symlink_metadata(path) {
            Ok(found) if found.file_type().is_symlink() => {
                Err(Diagnostic::error(format!("`{shown}` is a link to another file; it is not followed"))
                    .hint("give `--out` the path of the file itself, or take the link away"))
            }
            Ok(found) if found.is_dir() => Err(Diagnostic::error(format!("`{shown}` is a folder"))
                .hint(format!("name a file in it: `--out {shown}/kit.pdf`"))),
            Ok(found) if !found.is_file() => Err(Diagnostic::error(format!("`{shown}` is no ordinary file"))),
            Ok(found) if found.len() > 0 && !is_like_ours(path) => {
                let what = if is_manifest(path) { "manifest of makekit" } else { "PDF" };
                Err(Diagnostic::error(format!("`{shown}` is there and is no {what}; it was left as it is"))
                    .hint("give `--out` another name, or take that file away"))
            }
            _ => Ok(()),
        }
    }

    /// Puts bytes in place of what stands at the path.
    ///
    /// # Errors
    /// The machine refuses: no rights, a full disk. The old file stands.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Diagnostic> {
        self.prepare(|file| file.write_all(bytes))?.put_in_place()
    }

    /// Writes a new file beside what stands at the path, down to the disk.
    ///
    /// # Errors
    /// As [`Target::write`].
    pub fn prepare(
        &self,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Prepared<'_>, Diagnostic> {
        let failed = |error: &io::Error| failed("write", &self.path, error);
        let making = MAKING.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut temporary = Builder::new()
            .prefix(PREFIX)
            .suffix(SUFFIX)
            .permissions_like_others()
            .tempfile_in(&self.folder)
            .map_err(|error| failed(&error))?;
        let registered = Registered::new(temporary.path());
        drop(making);
        fill(temporary.as_file_mut())
            .and_then(|()| temporary.as_file_mut().flush())
            .and_then(|()| temporary.as_file().sync_all())
            .map_err(|error| failed(&error))?;
        Ok(Prepared { target: self, temporary, _registered: registered })
    }
}

/// A file that is finished, but not at its place yet; dropped, it is gone.
pub struct Prepared<'t> {
    target: &'t Target,
    temporary: NamedTempFile,
    _registered: Registered,
}

impl Prepared<'_> {
    /// Puts it in place of what stands there.
    ///
    /// # Errors
    /// As [`Target::write`].
    pub fn put_in_place(self) -> Result<(), Diagnostic> {
        Self::put_all_in_place([self])
    }

    /// The same for the files of one folder, one after the other.
    ///
    /// # Errors
    /// As [`Target::write`], for the first that cannot be put in place; those before it stand.
    pub fn put_all_in_place(files: impl IntoIterator<Item = Self>) -> Result<(), Diagnostic> {
        let mut folder = None;
        for Self { target, temporary, _registered } in files {
            persist(temporary, &target.path).map_err(|error| failed("write", &target.path, &error))?;
            folder = Some(&target.folder);
        }
        // The moves themselves must reach the disk; a file system that cannot promise that has done all it can.
        if let Some(folder) = folder.and_then(|folder| File::open(folder).ok()) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

fn persist(temporary: NamedTempFile, path: &Path) -> io::Result<()> {
    temporary.persist(path).map(|_| ()).map_err(|error| error.error)
}

/// A temporary file with the permissions that any new file gets here, not those of a secret.
trait LikeOthers {
    fn permissions_like_others(&mut self) -> &mut Self;
}

impl LikeOthers for Builder<'_, '_> {
    #[cfg(unix)]
    fn permissions_like_others(&mut self) -> &mut Self {
        use std::os::unix::fs::PermissionsExt;
        // The process's umask takes away what it takes from every file.
        self.permissions(fs::Permissions::from_mode(0o666))
    }

    #[cfg(not(unix))]
    fn permissions_like_others(&mut self) -> &mut Self {
        self
    }
}

/// An unfinished file in the list, as long as it is unfinished.
struct Registered(Option<(&'static AtomicPtr<Unfinished>, &'static Unfinished)>);

impl Registered {
    /// A few bytes are given away for good for each file that is written. Without a free place or with a path that the
    /// system cannot take, the file is not in the list: a later run sweeps it.
    fn new(path: &Path) -> Self {
        #[cfg(unix)]
        let Ok(name) = CString::new(path.as_os_str().as_bytes()) else { return Self(None) };
        let unfinished: &'static Unfinished = Box::leak(Box::new(Unfinished {
            path: path.to_owned(),
            #[cfg(unix)]
            name,
        }));
        let free = |place: &&AtomicPtr<Unfinished>| {
            let own = ptr::from_ref(unfinished).cast_mut();
            place.compare_exchange(ptr::null_mut(), own, Ordering::AcqRel, Ordering::Relaxed).is_ok()
        };
        Self(UNFINISHED.iter().find(free).map(|place| (place, unfinished)))
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        if let Some((place, unfinished)) = self.0 {
            let own = ptr::from_ref(unfinished).cast_mut();
            let _ = place.compare_exchange(own, ptr::null_mut(), Ordering::AcqRel, Ordering::Relaxed);
        }
    }
}

/// Whether an unfinished file is this process's own.
fn is_own(path: &Path) -> bool {
    UNFINISHED.iter().any(|place| {
        // SAFETY: null, or what `Registered::new` leaked.
        unsafe { place.load(Ordering::Acquire).as_ref() }.is_some_and(|unfinished| unfinished.path == path)
    })
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// Whether a file that stands at a path of ours may be replaced: a case file, a photo or anybody's notes may not.
fn is_like_ours(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1024).read_to_end(&mut head));
    read.is_ok()
        && match is_manifest(path) {
            true => head.windows(9).any(|part| part == b"\"makekit "),
            false => head.starts_with(b"%PDF"),
        }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Locks the folder itself, so that no lock file is left lying about. Where a folder cannot be locked, nothing is.
fn lock(folder: &Path, path: &Path) -> Result<Option<File>, Diagnostic> {
    let Ok(file) = File::open(folder) else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Err(Diagnostic::machine(format!(
            "another makekit is writing into `{}` at this moment",
            folder.display()
        ))
        .hint(format!("wait until it has ended, then run again; `{}` was left as it is", path.display()))),
        Err(fs::TryLockError::Error(_)) => Ok(None),
    }
}

/// Removes what runs that were killed left in a folder.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if !is_unfinished(&entry.file_name()) {
            continue;
        }
        let Ok(metadata) = fs::symlink_metadata(entry.path()) else { continue };
        let own = is_own(&entry.path());
        let age = metadata.modified().ok().and_then(|time| SystemTime::now().duration_since(time).ok());
        // The folder is locked by us: whoever wrote a file that is not ours has gone.
        if metadata.is_file() && !own && (cfg!(unix) || age.is_some_and(|age| age > STALE)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Diagnostic {
    let shown = path.display();
    let words = match error.kind() {
        ErrorKind::PermissionDenied => format!("cannot {what} `{shown}`: no permission"),
        ErrorKind::StorageFull => format!("cannot {what} `{shown}`: the disk is full"),
        ErrorKind::QuotaExceeded => format!("cannot {what} `{shown}`: the quota is used up"),
        ErrorKind::ReadOnlyFilesystem => format!("cannot {what} `{shown}`: the disk is read-only"),
        ErrorKind::FileTooLarge => format!("cannot {what} `{shown}`: the file is too large for this disk"),
        _ => {
            // Rust adds the number, and the name of the unfinished file.
            let words = error.to_string();
            let words = words.split(" (os error").next().unwrap_or(&words).to_lowercase();
            format!("cannot {what} `{shown}`: {words}")
        }
    };
    let diagnostic = Diagnostic::machine(words);
    if path.exists() {
        diagnostic.hint(format!("the `{shown}` of before stands as it was"))
    } else {
        diagnostic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fails at the byte after `left`.
    struct FailsAt<'w> {
        inner: &'w mut dyn Write,
        left: usize,
    }

    impl Write for FailsAt<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.left == 0 {
                return Err(io::Error::from(ErrorKind::StorageFull));
            }
            let now = bytes.len().min(self.left);
            let written = self.inner.write(&bytes[..now])?;
            self.left -= written;
            Ok(written)
        }

        fn flush(&mut self) -> io::Result<()> {
            self.inner.flush()
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_write_that_fails_at_any_byte_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kit.pdf");
        fs::write(&path, b"%PDF the old kit").unwrap();
        let target = Target::claim(&path).unwrap();
        for left in 0..64 {
            let result = target.prepare(|file| FailsAt { inner: file, left }.write_all(&[7; 64])).map(|_| ());
            let diagnostic = result.expect_err("the writer failed");
            assert!(diagnostic.message.contains("the disk is full"), "{}", diagnostic.message);
            assert_eq!(fs::read(&path).unwrap(), b"%PDF the old kit");
            assert_eq!(names(folder.path()), ["kit.pdf"]);
        }
        target.write(&[7; 64]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), [7; 64]);
    }

    #[test]
    fn a_second_run_is_told_and_what_a_killed_one_left_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kit.pdf");
        fs::write(folder.path().join(".makekit-x1y2z3.part"), b"half").unwrap();
        fs::write(folder.path().join("notes.part"), b"mine").unwrap();
        let first = Target::claim(&path).unwrap();
        assert_eq!(names(folder.path()), ["notes.part"]);
        let second = Target::claim(&path).expect_err("the folder is locked");
        assert!(second.message.contains("another makekit"), "{}", second.message);
        drop(first);
        assert!(Target::claim(&path).is_ok());
    }

    #[test]
    fn an_unfinished_file_is_in_the_list_until_it_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".makekit-own.part");
        fs::write(&path, b"half").unwrap();
        let registered = Registered::new(&path);
        assert!(is_own(&path));
        sweep(folder.path());
        assert_eq!(names(folder.path()), [".makekit-own.part"], "its own is not swept");
        drop(registered);
        assert!(!is_own(&path));
        sweep(folder.path());
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_followed_and_permissions_are_usual() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        fs::write(&elsewhere, b"untouched").unwrap();
        let link = folder.path().join("kit.pdf");
        std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
        assert!(Target::claim(&link).is_err());
        assert_eq!(fs::read(&elsewhere).unwrap(), b"untouched");

        let path = folder.path().join("new.pdf");
        Target::claim(&path).unwrap().write(b"kit").unwrap();
        let plain = folder.path().join("plain");
        fs::write(&plain, b"").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&plain));
    }

    #[test]
    fn what_is_no_kit_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let stands = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            Target::claim(&path).is_ok()
        };
        assert!(!stands("ala.toml", "name = \"Ala\""));
        assert!(!stands("kit.pdf", "my notes"));
        assert!(!stands("kit.json", "{ \"mine\": 3 }"));
        assert!(stands("kit.pdf", "%PDF-1.7"));
        assert!(stands("kit.pdf", ""));
        let mut listing = Vec::new();
        let manifest = crate::write::Manifest { program: "makekit 0.1.0".to_owned(), ..Default::default() };
        manifest.write_to(&mut listing).unwrap();
        assert!(stands("kit.json", std::str::from_utf8(&listing).unwrap()));
        assert!(Target::claim(Path::new("-")).is_err());
    }

    #[test]
    fn a_missing_folder_is_the_users_slip() {
        let folder = tempfile::tempdir().unwrap();
        let error = Target::claim(&folder.path().join("no/kit.pdf")).expect_err("no such folder");
        assert_eq!(error.fault, crate::diag::Fault::Input);
    }
}
