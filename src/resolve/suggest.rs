//! What a wrong name probably meant: near names, names in other tables, names that people write instead.

use super::keys::{Kind, Table};
use crate::diag::Diagnostic;
use crate::load::{RawEntry, RawValue};

/// The name most like what was written, where one is like it enough.
pub fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = wrong.to_lowercase();
    names
        .map(|name| {
            let swapped =
                strsim::damerau_levenshtein(&wrong, name) as f64 / name.chars().count().max(1) as f64;
            let alike = strsim::jaro_winkler(&wrong, name);
            (if swapped <= 0.34 { alike.max(0.9) } else { alike }, name)
        })
        .filter(|(alike, _)| *alike >= 0.85)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// The report of a key that its table does not know.
pub fn unknown_key(entry: &RawEntry, table: &'static Table, root: &'static Table) -> Diagnostic {
    let key = entry.key.as_str();
    let what = match entry.value.value {
        RawValue::Tables(_) => "table",
        RawValue::Table(_) => "table",
        _ => "key",
    };
    let place = if table.heading.is_empty() { String::new() } else { format!(" in `{}`", table.heading) };
    let error = Diagnostic::error(format!("unknown {what} `{key}`{place}")).at(entry.key_span);
    match hint(key, table, root) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Which of a table's own keys a wrong one means: one that people write so, or one that resembles it.
pub fn meant_key(wrong: &str, table: &'static Table) -> Option<usize> {
    let lower = wrong.to_lowercase();
    let called = table.keys.iter().position(|key| key.name == lower || key.also.contains(&lower.as_str()));
    called.or_else(|| {
        let near = nearest(wrong, table.keys.iter().map(|key| key.name))?;
        table.keys.iter().position(|key| key.name == near)
    })
}

fn hint(key: &str, table: &'static Table, root: &'static Table) -> Option<String> {
    let lower = key.to_lowercase();
    let own = table.keys.iter().find(|k| k.name == lower || k.also.contains(&lower.as_str()));
    if let Some(own) = own {
        return Some(format!("did you mean `{}`?", own.name));
    }
    if !table.heading.is_empty() && root.keys.iter().any(|k| k.name == key) {
        return Some(format!(
            "`{key}` belongs to the top of the file: move it above the first line that begins with `[`"
        ));
    }
    if let Some(near) = nearest(key, table.keys.iter().map(|k| k.name)) {
        return Some(format!("did you mean `{near}`?"));
    }
    if let Some(other) = holder(key, root, table) {
        return Some(format!("`{key}` belongs in `{}`", other.heading));
    }
    if key == "limits" {
        return Some("limits are set on the command line: `--limit NAME=VALUE`".to_owned());
    }
    if table.keys.len() <= 9 {
        let names: Vec<_> = table.keys.iter().map(|k| format!("`{}`", k.name)).collect();
        return Some(format!("there are {}", names.join(", ")));
    }
    None
}

/// Another table of the same file that knows the key.
fn holder(key: &str, root: &'static Table, not: &'static Table) -> Option<&'static Table> {
    let mut tables = vec![root];
    while let Some(table) = tables.pop() {
        if !std::ptr::eq(table, not) && !table.heading.is_empty() && table.keys.iter().any(|k| k.name == key)
        {
            return Some(table);
        }
        tables.extend(table.keys.iter().rev().filter_map(|k| match k.kind {
            Kind::Table(inner) | Kind::Tables(inner) => Some(inner),
            _ => None,
        }));
    }
    None
}
