//! Takes the folders of `tests/template/cases/`, each with the files of a templates folder and what is `expected.txt` of
//! them; a case more is a folder more. Files below `built-in/` stand for the built-in ones. `UPDATE_EXPECTED=1` writes
//! what was found.

#[path = "template/hostile.rs"]
mod hostile;
#[path = "template/kit.rs"]
mod kit;
#[path = "template/support.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use makekit::diag::{Report, Sources};
use makekit::template::{Bounds, RenderOptions, Rendered, Subject, Templates};

const CASES: &str = "tests/template/cases";

fn main() {
    hostile::run_as_child();
    let arguments = Arguments::from_args();
    let mut folders: Vec<PathBuf> =
        fs::read_dir(CASES).expect("the folder of cases").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let tests = folders
        .into_iter()
        .map(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Trial::test(name, move || run(&folder))
        })
        .chain(hostile::trials())
        .chain([
            Trial::test("html leads back to its template", leads_back),
            Trial::test("built-in templates are right", built_in_are_right),
            Trial::test("built-in words are complete", built_in_words_are_complete),
        ])
        .collect();
    libtest_mimic::run(&arguments, tests).exit();
}

/// The files of a folder with names as the loader gives them.
fn gather(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").flatten().map(|e| e.path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            gather(&path, &format!("{prefix}{name}/"), files);
        } else if name != "expected.txt" {
            files.push((format!("{prefix}{name}"), fs::read_to_string(&path).expect("a text")));
        }
    }
}

fn run(folder: &Path) -> Result<(), Failed> {
    let mut files = Vec::new();
    gather(folder, "", &mut files);
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (built_in, user): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|(name, _)| name.starts_with("built-in/"));
    let built_in: Vec<_> =
        built_in.into_iter().map(|(name, text)| (&name["built-in/".len()..], text)).collect();
    let sources = Sources::default();
    let kit = kit::kit(&sources);
    let mut report = Report::default();
    let templates = support::load(&sources, &built_in, &user, &mut report);
    let mut found = support::shown(report, &sources);
    if let Some(templates) = &templates {
        found += &support::render_all(templates, &kit, &sources);
    }
    let path = folder.join("expected.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &found)?;
        return Ok(());
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if found == expected { Ok(()) } else { Err(format!("expected:\n{expected}\nfound:\n{found}").into()) }
}

/// Each mark `«…»` that a template holds is found in the HTML and traced back to itself.
fn leads_back() -> Result<(), Failed> {
    let files = [
        (
            "a.html",
            "+++\nper = \"case\"\n+++\n<h1>żółw «one»</h1>\n{%- if case.name -%}\n  «two» {{ case.name }} «three»\n{%- endif %}\n\
             {% include \"_part.html\" %}{% raw %}{{ x }}{% endraw %}{% for d in case.demands %}«four»{{ d }}{% endfor %}\n",
        ),
        ("_part.html", "{# no #}<p class=\"«five»\">{{- case.summary }}</p>"),
    ];
    let sources = Sources::default();
    let kit = kit::kit(&sources);
    let templates = support::load(&sources, &[], &files, &mut Report::default()).ok_or("not loaded")?;
    let renderer = templates.renderer(&kit, RenderOptions::default(), &mut Report::default());
    let (sheet, subject) = (&templates.sheets()[0], Subject { case: Some(0), recipient: None });
    let Ok(Rendered::Html(html)) = renderer.render(sheet, &subject) else {
        return Err("not rendered".into());
    };
    let place = |text: &str| {
        let at = html.find(text).ok_or(format!("`{text}` is not in {html}"))?;
        let span =
            renderer.trace(sheet, &subject, at..at + text.len()).ok_or(format!("`{text}` is not traced"))?;
        Ok::<_, String>(sources.get(span.file).text[span.range()].to_owned())
    };
    for text in ["«one»", "«two»", "«three»", "«four»", "«five»", "<h1>żółw"] {
        assert_eq!(place(text)?, text);
    }
    assert_eq!(place("Maryia")?, "{{ case.name }}");
    assert_eq!(place("Drop the charges")?, "{{ d }}");
    Ok(())
}

/// The built-in templates load without a word, and each renders for all its subjects, in every language.
fn built_in_are_right() -> Result<(), Failed> {
    let sources = Sources::default();
    let mut report = Report::default();
    let templates = Templates::load(&[], Bounds::default(), &sources, &mut report);
    let said = support::shown(report, &sources);
    let templates = templates.filter(|_| said.is_empty()).ok_or_else(|| said.clone())?;
    let mut mistakes = Vec::new();
    for entry in fs::read_dir("templates/strings")?.flatten() {
        let mut kit = kit::kit(&sources);
        kit.lang = entry.path().file_stem().unwrap_or_default().to_string_lossy().into();
        let rendered = support::render_all(&templates, &kit, &sources);
        let words = ["error: ", "warning: ", "note: the words", "note: there are no words"];
        let wrong = rendered.lines().filter(|line| words.iter().any(|word| line.starts_with(word)));
        mistakes.extend(wrong.map(|line| format!("{}: {line}", kit.lang)));
    }
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes.join("\n").into()) }
}

/// Every language has every string of the English file, with the same blanks.
fn built_in_words_are_complete() -> Result<(), Failed> {
    let words = |path: &Path| -> Result<BTreeMap<String, BTreeSet<String>>, Failed> {
        let table: toml::Table = fs::read_to_string(path)?.parse()?;
        let blanks = |text: &str| -> BTreeSet<String> {
            let names = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
            names.map(|(name, _)| name.to_owned()).collect()
        };
        let entries = table.into_iter().filter(|(key, _)| key != "language");
        let all = |value: toml::Value| match value {
            toml::Value::Table(forms) => {
                forms.values().filter_map(|form| form.as_str()).flat_map(blanks).collect()
            }
            text => text.as_str().map(blanks).unwrap_or_default(),
        };
        Ok(entries.map(|(key, value)| (key, all(value))).collect())
    };
    let folder = Path::new("templates/strings");
    let english = words(&folder.join("en.toml"))?;
    let mut faults = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let (path, own) = (entry.path(), words(&entry.path())?);
        let missing = english.keys().filter(|key| !own.contains_key(*key));
        faults.extend(missing.map(|key| format!("{} lacks `{key}`", path.display())));
        let spare = own.keys().filter(|key| !english.contains_key(*key));
        faults.extend(spare.map(|key| format!("{} has `{key}`, which English lacks", path.display())));
        for (key, blanks) in &own {
            // One form of a plural may say its number in words.
            if english
                .get(key)
                .is_some_and(|all| !blanks.is_subset(all) || all.difference(blanks).any(|b| b != "n"))
            {
                faults.push(format!("{}: the blanks of `{key}` are not those of English", path.display()));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}
