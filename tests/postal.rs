//! Takes `tests/postal/cases/*.toml` and the tables in `data/`; fails where an address, a country line or a stock is not as
//! the case or the table says. Adding a case is adding a file; `UPDATE_EXPECTED=1` rewrites `tests/postal/territories.txt`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use makekit::diag::{FileId, Level, Span};
use makekit::model::*;
use makekit::postal::address::{Addressee, BlockOptions, Order, block};
use makekit::postal::{MailRules, casing, country, format, stock};
use toml::Value;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = vec![
        Trial::test("territories: order, case and lines of every format", territories),
        Trial::test("territories: the expected lines", expected_lines),
        Trial::test("territories: no combination of fields loses one or leaves a separator", combinations),
        Trial::test("territories: every example postcode has its form", example_postcodes),
        Trial::test("tables: what is written by hand refers to what there is", hand_made_tables),
        Trial::test("countries: every territory has a name in the kit's languages", country_names),
        Trial::test("labels: the corrections table holds", label_mends),
        Trial::test("labels: every part number of the table is found", label_parts),
        Trial::test("labels: every sheet's labels lie on the sheet and apart", label_geometry),
        Trial::test("stocks: search finds by part, brand, size, count and kind", stock_search),
    ];
    let mut cases: Vec<_> = fs::read_dir("tests/postal/cases").expect("the cases").flatten().collect();
    cases.sort_by_key(std::fs::DirEntry::path);
    for case in cases {
        let path = case.path();
        let name = format!("case: {}", path.file_stem().unwrap_or_default().to_string_lossy());
        trials.push(Trial::test(name, move || one_case(&path)));
    }
    assert!(trials.len() > 20, "the cases were found");
    libtest_mimic::run(&arguments, trials).exit();
}

fn fail<T>(message: impl Into<String>) -> Result<T, Failed> {
    Err(Failed::from(message.into()))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: T, wanted: T) -> Result<(), Failed> {
    if got == wanted { Ok(()) } else { fail(format!("{what}\n  got    {got:#?}\n  wanted {wanted:#?}")) }
}

fn span() -> Span {
    Span { file: FileId(0), start: 0, end: 0 }
}

fn text(value: &str) -> Text {
    Field::new(Arc::from(value), span())
}

fn code(value: &str) -> CountryCode {
    country::parse(value).unwrap_or(CountryCode(*b"QQ"))
}

// ---------------------------------------------------------------------------------------------- territories

/// The rows of a table, split at tabs.
fn table(path: &str) -> Vec<Vec<String>> {
    let whole = fs::read_to_string(path).unwrap_or_default();
    let rows = whole.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// The formats with their mends, read here once more so that the reader in the library is not its own witness:
/// code, and the cells by column.
fn formats() -> BTreeMap<String, BTreeMap<&'static str, String>> {
    const COLUMNS: [&str; 9] =
        ["code", "lang", "latin", "local", "upper", "require", "postcode", "examples", "prefix"];
    let mut all = BTreeMap::new();
    for row in table("data/address-formats.tsv") {
        let cell = |n: usize| row.get(n).cloned().unwrap_or_default();
        let cells = COLUMNS.iter().enumerate().map(|(n, column)| (*column, cell(n))).collect();
        all.insert(cell(0), cells);
    }
    for row in table("data/address-mends.tsv") {
        let column = COLUMNS.iter().find(|c| **c == row[1]);
        if let (Some(column), Some(cells)) = (column, all.get_mut(&row[0])) {
            let cells: &mut BTreeMap<&str, String> = cells;
            cells.insert(column, row[2].clone());
        }
    }
    all
}

/// The made-up value of each part; none of its letters says another's value.
fn invented(letter: char, example: &str) -> Option<String> {
    Some(match letter {
        'N' => "Ada Beispiel".into(),
        'O' => "Amt für Muster".into(),
        'A' => "12 Rue Imaginée".into(),
        'D' => "Quartier Wêllä".into(),
        'C' => "Ştadtilj".into(),
        'S' => "Prøvinz".into(),
        'Z' => example.to_owned(),
        'X' => "Cedex 9".into(),
        _ => return None,
    })
}

fn letters(format: &str) -> Vec<char> {
    format.split('%').skip(1).filter_map(|part| part.chars().next()).filter(|c| *c != 'n').collect()
}

fn invented_address(territory: &str, format: &str, example: &str) -> Address {
    let has = |letter| letters(format).contains(&letter).then(|| invented(letter, example)).flatten();
    let part = |letter| has(letter).filter(|v: &String| !v.is_empty()).map(|value| text(&value));
    let fields = AddressFields {
        organization: part('O'),
        street: part('A').into_iter().collect(),
        dependent_locality: part('D'),
        city: part('C'),
        region: part('S'),
        postcode: part('Z'),
        sorting_code: part('X'),
    };
    Address {
        span: span(),
        country: Field::new(code(territory), span()),
        form: AddressForm::Fields(Box::new(fields)),
    }
}

/// What a format says by itself, each letter replaced and no more.
fn filled(format: &str, cells: &BTreeMap<&str, String>, example: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in format.split("%n") {
        let mut out = String::new();
        let mut rest = line;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            let letter = rest[at + 1..].chars().next().unwrap_or(' ');
            let value = invented(letter, example).unwrap_or_default();
            let capitals = cells["upper"].contains(letter);
            out.push_str(&if capitals { casing::upper(&value, &cells["lang"]).into_owned() } else { value });
            rest = &rest[at + 2..];
        }
        out.push_str(rest);
        if !out.trim().is_empty() {
            lines.push(out);
        }
    }
    lines
}

fn example_of(cells: &BTreeMap<&str, String>) -> String {
    cells["examples"].split(',').next().unwrap_or_default().to_owned()
}

fn territories() -> Result<(), Failed> {
    let formats = formats();
    same("territories", formats.len(), 252)?;
    let addressee = Addressee { name: Some("Ada Beispiel"), office: None };
    for (territory, cells) in &formats {
        let example = example_of(cells);
        let local = if cells["local"].is_empty() { &cells["latin"] } else { &cells["local"] };
        for (order, format) in [(Order::Latin, &cells["latin"]), (Order::Local, local)] {
            let address = invented_address(territory, format, &example);
            let got = block(&addressee, &address, order, &BlockOptions::default());
            // Letters side by side in the format get a space between words of ours.
            let spaced: Vec<String> = filled(&tokens_apart(format), cells, &example);
            // A format with a postcode but no example has none of ours, so the line is the format's less that.
            let comparable = !(format.contains("%Z") && example.is_empty());
            if comparable {
                same(&format!("{territory} {order:?}"), got.lines.clone(), spaced)?;
            }
            let errors: Vec<_> = got.problems.iter().filter(|p| p.level == Level::Error).collect();
            same(&format!("errors of {territory} {order:?}"), errors, vec![])?;
            if !example.is_empty() && format.contains("%Z") {
                same(&format!("problems of {territory} {order:?}"), got.problems, vec![])?;
            }
        }
    }
    Ok(())
}

/// `%C%D` as `%C %D`; `%n` stays.
fn tokens_apart(format: &str) -> String {
    let mut out = String::new();
    let mut previous_was_part = false;
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        let letter = &rest[at + 1..at + 2];
        out.push_str(&rest[..at]);
        if previous_was_part && at == 0 && letter != "n" {
            out.push(' ');
        }
        out.push_str(&rest[at..at + 2]);
        previous_was_part = letter != "n";
        rest = &rest[at + 2..];
    }
    out + rest
}

fn expected_lines() -> Result<(), Failed> {
    const PATH: &str = "tests/postal/territories.txt";
    let addressee = Addressee { name: Some("Ada Beispiel"), office: Some("Amtsleitung") };
    let mut out = String::from(
        "# A made-up address in every territory: Latin order, and local order where it differs.\n",
    );
    for (territory, cells) in formats() {
        let example = example_of(&cells);
        let lines = |order, format: &str| {
            let address = invented_address(&territory, format, &example);
            block(&addressee, &address, order, &BlockOptions::default()).lines.join(" | ")
        };
        let latin = lines(Order::Latin, &cells["latin"]);
        out.push_str(&format!("{territory} {latin}\n"));
        if !cells["local"].is_empty() {
            out.push_str(&format!("{territory} local {}\n", lines(Order::Local, &cells["local"])));
        }
    }
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(PATH, &out).map_err(|e| Failed::from(e.to_string()))?;
    }
    let wanted = fs::read_to_string(PATH).unwrap_or_default();
    for (got, wanted) in out.lines().zip(wanted.lines()) {
        same("a line of tests/postal/territories.txt", got, wanted)?;
    }
    same("lines", out.lines().count(), wanted.lines().count())
}

/// Fields in many combinations, in every territory and both orders: a field is printed, taken in, or an error names it;
/// no line is empty or begins or ends with what should part two fields.
fn combinations() -> Result<(), Failed> {
    const FIELDS: [(char, &str); 7] = [
        ('O', "organization"),
        ('A', "street"),
        ('D', "dependent_locality"),
        ('C', "city"),
        ('S', "region"),
        ('Z', "postcode"),
        ('X', "sorting_code"),
    ];
    let addressee = Addressee { name: Some("Ada Beispiel"), office: None };
    for (territory, cells) in formats() {
        let example = Some(example_of(&cells)).filter(|e| !e.is_empty()).unwrap_or("12345".into());
        let orders =
            if cells["local"].is_empty() { &[Order::Latin][..] } else { &[Order::Latin, Order::Local] };
        // Any three fields, and all but one: what goes wrong does so between neighbours.
        let subsets = (1u32..1 << FIELDS.len()).filter(|s| s.count_ones() <= 3 || s.count_ones() >= 6);
        for subset in subsets {
            let given = FIELDS.iter().enumerate().filter(|(n, _)| subset >> n & 1 == 1).map(|(_, f)| *f);
            let given: Vec<(char, &str)> = given.collect();
            let format: String = given.iter().map(|(letter, _)| format!("%{letter}")).collect();
            let address = invented_address(&territory, &format, &example);
            for order in orders.iter().copied() {
                let got = block(&addressee, &address, order, &BlockOptions::default());
                let what = || format!("{territory} {order:?} with {given:?}: {:#?}", got.lines);
                let printed = got.lines.join("\n").to_lowercase();
                for (letter, key) in &given {
                    let value = invented(*letter, &example).unwrap_or_default().to_lowercase();
                    let told = || {
                        got.problems
                            .iter()
                            .any(|p| p.level == Level::Error && p.message.contains(&format!("`{key}`")))
                    };
                    // Lower case of capitals is not always what was typed: compare the longest run that is.
                    let seen = printed.contains(&value)
                        || printed.replace('\u{307}', "").contains(&value.replace('\u{307}', ""));
                    let turkic = matches!(cells["lang"].as_str(), "tr" | "az" | "lt");
                    let seen = seen || turkic && printed.contains(value.get(..2).unwrap_or(&value));
                    if !seen && !told() {
                        return fail(format!("`{key}` is lost in {}", what()));
                    }
                }
                let odd = |line: &String| {
                    line.is_empty()
                        || line.contains("  ")
                        || line.starts_with([' ', ',', '/', '-'])
                        || line.ends_with([' ', ',', '/', '-'])
                        || line.contains(", ,")
                };
                if got.lines.iter().any(odd) {
                    return fail(format!("a stray separator in {}", what()));
                }
            }
        }
    }
    Ok(())
}

fn example_postcodes() -> Result<(), Failed> {
    let mut count = 0;
    for territory in country::all() {
        let format = format::of(territory).ok_or("a territory without a format")?;
        for example in format.examples() {
            count += 1;
            if !format.postcode_fits(example) {
                return fail(format!("{example} does not fit {territory:?}"));
            }
        }
        if format.example().is_some() && format.postcode_fits("no postcode of any country") {
            return fail(format!("{territory:?} takes anything"));
        }
    }
    same("examples enough to mean something", count > 300, true)
}

fn hand_made_tables() -> Result<(), Failed> {
    const COLUMNS: [&str; 6] = ["lang", "latin", "local", "prefix", "postcode", "domestic-prefix"];
    let exists = |file: &str, code: &str| {
        if country::parse(code).is_some() {
            Ok(())
        } else {
            fail(format!("{file}: `{code}` is no territory"))
        }
    };
    for row in table("data/address-mends.tsv") {
        exists("address-mends.tsv", &row[0])?;
        same(&format!("column `{}` is one", row[1]), COLUMNS.contains(&&*row[1]), true)?;
        same(&format!("{} {} has a reason", row[0], row[1]), row.get(3).is_some_and(|r| r.len() > 10), true)?;
    }
    for row in table("data/address-folds.tsv") {
        exists("address-folds.tsv", &row[0])?;
        same(&format!("rule `{}` is one", row[2]), ["as S", "absorb"].contains(&&*row[2]), true)?;
    }
    for row in table("data/country-mends.tsv") {
        exists("country-mends.tsv", &row[1])?;
        same(&row[0], country::has_names(&row[0]), true)?;
        same("a mend is used", country::name(code(&row[1]), &row[0]), &*row[2])?;
    }
    for row in table("data/postal-areas.tsv") {
        exists("postal-areas.tsv", &row[0])?;
        exists("postal-areas.tsv", &row[1])?;
    }
    let ids: Vec<String> = table("data/labels.tsv").iter().map(|row| row[0].clone()).collect();
    for file in ["data/label-mends.tsv", "data/label-left-out.tsv"] {
        for row in table(file).iter().filter(|row| !row[0].starts_with('+')) {
            same(&format!("{file}: {}", row[0]), ids.contains(&row[0]), true)?;
        }
    }
    Ok(())
}

fn country_names() -> Result<(), Failed> {
    const BINDING: [&str; 13] =
        ["en", "fr", "de", "es", "pt", "it", "nl", "pl", "ru", "ar", "zh", "ja", "ko"];
    for lang in BINDING {
        let mut seen = BTreeMap::new();
        for territory in country::all() {
            let name = country::name(territory, lang);
            let odd = name.is_empty()
                || name == "?"
                || name == territory.as_str()
                || name.contains(['\u{a0}', '\u{200b}', '&'])
                || name.contains("Kinshasa");
            if odd {
                return fail(format!("{territory:?} in {lang}: `{name}`"));
            }
            if lang != "en"
                && !lang.starts_with("de")
                && name == country::name(territory, "en")
                && !name.is_ascii()
            {
                continue;
            }
            if let Some(other) = seen.insert(name, territory) {
                return fail(format!("{territory:?} and {other:?} are both `{name}` in {lang}"));
            }
        }
        same(&format!("{lang} has names"), country::has_names(lang), true)?;
    }
    Ok(())
}

// --------------------------------------------------------------------------------------------------- stocks

fn label_mends() -> Result<(), Failed> {
    let rows = table("data/label-mends.tsv");
    same("mends", rows.len(), 13)?;
    for row in rows {
        let id = row[0].trim_start_matches("+ ").replace(' ', "-");
        let stock = stock::labels(&id).ok_or(format!("{id} is unknown"))?;
        let grid = stock.grids[0];
        let got = format!(
            "{} {} {}x{} {} {} {} {}",
            stock.width, stock.height, grid.columns, grid.rows, grid.x0, grid.y0, grid.dx, grid.dy
        );
        same(&id, got, format!("{} {} {}", row[2], row[3], row[4]))?;
        same("its source", stock.mended, Some(row[5].as_str()).filter(|s| !s.is_empty()))?;
    }
    Ok(())
}

fn slug(part: &str) -> String {
    let words = part.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

fn label_parts() -> Result<(), Failed> {
    let left_out: Vec<String> = table("data/label-left-out.tsv").iter().map(|row| row[0].clone()).collect();
    let mut parts = 0;
    let mut gone = 0;
    for row in table("data/labels.tsv") {
        let others = row.get(8).map(String::as_str).unwrap_or_default().split(", ").filter(|a| !a.is_empty());
        for part in [row[2].as_str()].into_iter().chain(others) {
            parts += 1;
            let id = format!("{}-{}", slug(&row[1]), slug(part));
            let found = stock::labels(&id);
            if left_out.contains(&row[0]) {
                gone += 1;
                same(&id, found.map(|s| s.id), None)?;
                continue;
            }
            let found = found.ok_or(format!("{id} is not found"))?;
            same("the id asked for", &found.id, &id)?;
            same("the part asked for", slug(found.part), slug(part))?;
        }
    }
    same("part numbers", parts, 1179)?;
    same("part numbers left out", gone, 9)?;
    for (typed, id) in [
        ("Avery L7160", "avery-l7160"),
        ("avery_l7160", "avery-l7160"),
        ("l7160", "avery-l7160"),
        ("avery-zweckform-3475", "zweckform-3475"),
        ("avery-l7159", "avery-l7159"),
        ("8160", "avery-8160"),
    ] {
        same(typed, stock::labels(typed).map(|s| s.id), Some(id.to_owned()))?;
    }
    same("L7160", stock::labels("avery-l7160").map(|s| s.count()), Some(21))?;
    same("unknown", stock::labels("avery-99999").is_none() && stock::labels("").is_none(), true)?;
    same("a reason", stock::left_out("rayfilm-7001").is_some(), true)?;
    same("a suggestion", stock::suggest_labels("avery-l716o"), Some("avery-l7160".to_owned()))?;
    same("a suggestion", stock::suggest_envelope("c55"), Some("c5".to_owned()))?;
    same("no suggestion", stock::suggest_labels("qqqqqqqq"), None)
}

fn label_geometry() -> Result<(), Failed> {
    let mut sheets = 0;
    for stock in stock::all_labels() {
        sheets += 1;
        let (width, height) = stock.sheet();
        let positions = stock.positions();
        same(&stock.id, positions.len(), stock.count())?;
        for (n, label) in positions.iter().enumerate() {
            let on = label.x >= -0.01
                && label.y >= -0.01
                && label.right() <= width + 0.06
                && label.bottom() <= height + 0.06;
            if !on {
                return fail(format!("{}: label {n} runs off the sheet: {label:?}", stock.id));
            }
            let inside = stock.printable(label);
            if !label.contains(&inside) || inside.x < 5.0 || inside.right() > width - 4.99 {
                return fail(format!("{}: text of label {n} is too near the edge: {inside:?}", stock.id));
            }
            let after = positions.get(n + 1);
            if stock.grids.len() == 1
                && let Some(after) = after
                && (after.y - label.y > -0.01 && after.y - label.y < 0.01)
                && after.x < label.right() - 0.06
            {
                return fail(format!("{}: labels {n} and {} overlap", stock.id, n + 1));
            }
        }
    }
    same("sheets", sheets, 683 - 8 + 1)
}

fn stock_search() -> Result<(), Failed> {
    let first = |text: &str| stock::search(text).first().map(|row| row.id.clone());
    same("5160", first("5160"), Some("avery-5160".into()))?;
    same("by alias", first("L7160"), Some("avery-7160".into()))?;
    same("by envelope", first("c5"), Some("c5".into()))?;
    same("by alias of an envelope", first("#10"), Some("us-10".into()))?;
    let all = |text: &str, check: &dyn Fn(&stock::StockRow) -> bool| {
        let found = stock::search(text);
        if found.is_empty() || !found.iter().all(check) {
            fail(format!("{text}: {found:#?}"))
        } else {
            Ok(())
        }
    };
    all("herma", &|row| row.name.contains("Herma"))?;
    all("21 a4", &|row| row.count == 21 && row.geometry.contains("A4"))?;
    all("63.5x38.1", &|row| row.geometry.contains("63.5 x 38.1") || row.geometry.contains("38.1"))?;
    all("229x162", &|row| row.id == "c5" || row.geometry.contains("162"))?;
    all("envelope", &|row| row.kind == stock::StockKind::Envelope)?;
    same("all envelopes", stock::search("envelope").len(), 22)?;
    same("everything", stock::search("").len(), 2 + 22 + 676)?;
    same("nothing", stock::search("nosuchthing").len(), 0)?;
    let l7160 = stock::search("l7160").first().map(|row| row.geometry.clone());
    same("geometry", l7160, Some("63.5 x 38.1 mm, 3 x 7 = 21 on A4".into()))
}

// ---------------------------------------------------------------------------------------------------- cases

fn one_case(path: &Path) -> Result<(), Failed> {
    let source = fs::read_to_string(path).map_err(|e| Failed::from(e.to_string()))?;
    let case: toml::Table = source.parse().map_err(|e: toml::de::Error| Failed::from(e.to_string()))?;
    let get = |key: &str| case.get(key).and_then(Value::as_str);
    if get("why").is_none() {
        return fail("a case says why it is there");
    }
    let kit = kit(&case);
    let target = target(&case);
    let rules = MailRules::of(&kit);
    let blocks = rules.target(&target).ok_or("the target has no address")?;
    let strings = |key: &str| -> Vec<String> {
        let list = case.get(key).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    same("lines", blocks.latin.clone(), strings("lines"))?;
    same("country line", blocks.country_line.as_ref().map(|l| l.text.as_str()), get("country-line"))?;
    same("domestic", blocks.domestic, get("country-line").is_none())?;
    if case.contains_key("local-lines") {
        let local = blocks.local.as_ref().ok_or("no local block")?;
        same("local lines", local.lines.clone(), strings("local-lines"))?;
        same("rtl", Some(local.rtl), case.get("rtl").and_then(Value::as_bool).or(Some(false)))?;
    }
    let problems: Vec<String> = blocks
        .problems
        .iter()
        .map(|p| {
            let level = if p.level == Level::Error { "error" } else { "warning" };
            let hint = p.hint.as_deref().map(|h| format!(" ({h})")).unwrap_or_default();
            format!("{level}: {}{hint}", p.message)
        })
        .collect();
    same("problems", problems, strings("problems"))?;
    same("problems have their place", blocks.problems.iter().all(|p| p.span.is_some()), true)
}

fn kit(case: &toml::Table) -> Kit {
    let sender = case.get("sender").and_then(Value::as_table).map(|sender| {
        let langs = sender.get("languages").and_then(Value::as_array);
        Sender {
            name: None,
            address: address(sender),
            country_line_languages: langs
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(Lang::from)
                .collect(),
            letter_form: None,
            postcode_prefix: sender.get("postcode_prefix").and_then(Value::as_bool),
            envelope_feed: None,
            trailing_edge_mm: None,
        }
    });
    let texts = case.get("country_lines").and_then(Value::as_table);
    Kit {
        title: text("A kit"),
        lang: Lang::from(case.get("lang").and_then(Value::as_str).unwrap_or("en")),
        paper: Paper::A4,
        envelope: Arc::from("c5"),
        labels: Arc::from("avery-l7160"),
        sheets: None,
        duplex: false,
        organisation: Organisation::default(),
        sender,
        event: Event::default(),
        postage: Postage::default(),
        country_lines: texts
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| Some((code(key), text(value.as_str()?))))
            .collect(),
        today: jiff::civil::date(2026, 11, 20),
        cases: Vec::new(),
    }
}

fn one(table: &toml::Table, key: &str) -> Option<Text> {
    table.get(key).and_then(Value::as_str).map(text)
}

fn many(table: &toml::Table, key: &str) -> Option<Vec<Text>> {
    let list = table.get(key)?.as_array()?;
    Some(list.iter().filter_map(Value::as_str).map(text).collect())
}

fn form(table: &toml::Table) -> AddressForm {
    match many(table, "lines") {
        Some(lines) => AddressForm::Lines(lines),
        None => AddressForm::Fields(Box::new(AddressFields {
            organization: one(table, "organization"),
            street: many(table, "street").unwrap_or_default(),
            dependent_locality: one(table, "dependent_locality"),
            city: one(table, "city"),
            region: one(table, "region"),
            postcode: one(table, "postcode"),
            sorting_code: one(table, "sorting_code"),
        })),
    }
}

fn address(table: &toml::Table) -> Address {
    let country = table.get("country").and_then(Value::as_str).unwrap_or_default();
    Address { span: span(), country: Field::new(code(country), span()), form: form(table) }
}

fn target(case: &toml::Table) -> Target {
    let empty = toml::Table::new();
    let part = |key: &str| case.get(key).and_then(Value::as_table).unwrap_or(&empty);
    let local = case.get("local_address").and_then(Value::as_table);
    Target {
        span: span(),
        name: one(case, "name"),
        office: one(case, "office"),
        salutation: None,
        close: None,
        role: TargetRole::Target,
        only_in: Vec::new(),
        takes_post: true,
        suspended_from: Vec::new(),
        labels: true,
        lang: None,
        letter: None,
        address: Some(address(part("address"))),
        local_address: local
            .map(|local| LocalAddress {
                lang: Lang::from(local.get("lang").and_then(Value::as_str).unwrap_or("und")),
                form: form(local),
                name: one(local, "name"),
                office: one(local, "office"),
            })
            .map(Box::new),
        contacts: None,
    }
}
