//! Takes a sender's country or a form's id; gives where the parts of a letter stand on the sheet, in millimetres.

use super::MmRect;
use super::table::{Row, rows};
use crate::model::{CountryCode, Paper};

const FORMS: &str = include_str!("../../data/letter-forms.tsv");

/// A letter's form; rectangles from the top left corner of the sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterForm {
    pub id: &'static str,
    pub name: &'static str,
    pub paper: Paper,
    /// The whole address field.
    pub field: MmRect,
    /// One line with the sender's address above the addressee's, for window envelopes.
    pub return_line: Option<MmRect>,
    /// The lines of the address.
    pub address: MmRect,
    pub sender: MmRect,
    pub date: MmRect,
    /// Where the text begins.
    pub body_top: f32,
    pub margin_left: f32,
    pub margin_right: f32,
    /// Fold marks, from the top edge.
    pub folds: Vec<f32>,
    /// The punch mark, from the top edge.
    pub punch: Option<f32>,
    /// What a window of the envelope shows.
    pub window: Option<MmRect>,
    /// Where the figures were seen.
    pub source: &'static str,
}

/// Every form known, in the table's order.
pub fn all() -> Vec<LetterForm> {
    rows(FORMS).filter_map(form).collect()
}

/// A form by its id (`din-5008-b`). An id for another paper than the kit's is the caller's to refuse.
pub fn by_id(id: &str) -> Option<LetterForm> {
    rows(FORMS).find(|row| row.cell(0).eq_ignore_ascii_case(id)).and_then(form)
}

/// The form that is customary in a country on a paper; the plain one of that paper where none is. `None` is never seen
/// while the table holds a plain form for each paper, as a test checks.
pub fn of_country(country: Option<CountryCode>, paper: Paper) -> Option<LetterForm> {
    let of = |list: &str| {
        let listed =
            |row: &Row| row.cell(2) == paper_name(paper) && row.cell(3).split(' ').any(|c| c == list);
        rows(FORMS).find(listed)
    };
    country.and_then(|code| of(code.as_str())).or_else(|| of("*")).and_then(form)
}

fn paper_name(paper: Paper) -> &'static str {
    match paper {
        Paper::A4 => "a4",
        Paper::Letter => "letter",
    }
}

fn form(row: Row) -> Option<LetterForm> {
    let one = |column| row.numbers(column).next();
    let [id, name] = row.cells();
    Some(LetterForm {
        id,
        name,
        paper: if row.cell(2) == "letter" { Paper::Letter } else { Paper::A4 },
        field: MmRect::of_numbers(row.numbers(4))?,
        return_line: MmRect::of_numbers(row.numbers(5)),
        address: MmRect::of_numbers(row.numbers(6))?,
        sender: MmRect::of_numbers(row.numbers(7))?,
        date: MmRect::of_numbers(row.numbers(8))?,
        body_top: one(9)?,
        margin_left: one(10)?,
        margin_right: row.numbers(10).nth(1)?,
        folds: row.numbers(11).collect(),
        punch: one(12),
        window: MmRect::of_numbers(row.numbers(13)),
        source: row.cell(14),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postal::paper::size_mm;

    #[test]
    fn the_senders_country_decides() {
        for (code, paper, id) in [
            (*b"DE", Paper::A4, "din-5008-b"),
            (*b"FR", Paper::A4, "nf"),
            (*b"CH", Paper::A4, "sn"),
            (*b"GB", Paper::A4, "uk"),
            (*b"US", Paper::Letter, "us"),
            (*b"JP", Paper::A4, "japan"),
            (*b"KE", Paper::A4, "plain-a4"),
            (*b"DE", Paper::Letter, "plain-letter"),
        ] {
            assert_eq!(of_country(Some(CountryCode(code)), paper).map(|f| f.id), Some(id));
        }
        assert_eq!(of_country(None, Paper::A4).map(|f| f.id), Some("plain-a4"));
    }

    #[test]
    fn din_5008_has_the_standards_measures() {
        let b = by_id("DIN-5008-B").expect("known");
        assert_eq!(b.field, MmRect::new(20.0, 45.0, 85.0, 45.0));
        assert_eq!(b.folds, [105.0, 210.0]);
        assert_eq!(b.punch, Some(148.5));
        assert!((b.address.y - b.field.y - 17.7).abs() < 0.01 && (b.address.height - 27.3).abs() < 0.01);
        assert_eq!(by_id("din-5008-a").map(|a| a.folds), Some(vec![87.0, 192.0]));
    }

    #[test]
    fn every_form_lies_on_its_sheet_with_its_parts_apart() {
        let forms = all();
        assert_eq!(forms.len(), rows(FORMS).count(), "every row is a form");
        for form in forms {
            let (width, height) = size_mm(form.paper);
            let sheet = MmRect::new(6.4, 6.4, width - 12.8, height - 13.4);
            for part in [form.address, form.sender, form.date] {
                assert!(sheet.contains(&part), "{}: {part:?}", form.id);
            }
            assert!(form.field.contains(&form.address), "{}", form.id);
            assert!(!form.address.overlaps(&form.sender), "{}", form.id);
            assert!(!form.address.overlaps(&form.date), "{}", form.id);
            assert!(
                form.body_top >= form.address.bottom().max(form.date.bottom()) || form.id == "us",
                "{}",
                form.id
            );
            assert!(form.folds.iter().all(|y| *y < height), "{}", form.id);
        }
    }
}
