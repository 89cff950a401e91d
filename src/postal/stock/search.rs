//! Takes what somebody knows of a stock (part number, brand, size, count, kind); gives the stocks it fits.

use super::envelopes::{Envelope, envelopes};
use super::labels::{LabelStock, all_labels, slug};
use crate::model::Paper;
use crate::postal::mm_text;
use crate::postal::paper::size_mm;

/// What a stock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StockKind {
    Paper,
    Envelope,
    Labels,
}

/// A stock as `makekit stocks` lists it.
#[derive(Debug, Clone, PartialEq)]
pub struct StockRow {
    /// What one types in kit.toml.
    pub id: String,
    pub kind: StockKind,
    /// As its maker calls it: `Avery L7160`.
    pub name: String,
    /// Its geometry: `63.5 x 38.1 mm, 3 x 7 = 21 on A4`.
    pub geometry: String,
    pub description: &'static str,
    /// Other names of the same.
    pub aliases: Vec<&'static str>,
    /// Labels on a sheet; 1 for paper and envelopes.
    pub count: usize,
    size: (f32, f32),
    paper: &'static str,
}

/// The stocks that fit all words of a text: a part number, a brand, a size (`63.5x38.1`), a count a sheet (`21`), a paper
/// or a kind. The best come first: those whose part number it is. An empty text gives all.
pub fn search(text: &str) -> Vec<StockRow> {
    let words: Vec<Word> = text.split_whitespace().map(Word::parse).collect();
    let fitting = all().filter_map(|row| {
        let marks: Option<Vec<u8>> = words.iter().map(|word| word.fit(&row)).collect();
        Some((marks?.into_iter().min().unwrap_or(0), row))
    });
    let mut found: Vec<(u8, StockRow)> = fitting.collect();
    found.sort_by(|(a, x), (b, y)| (a, x.kind, &x.id).cmp(&(b, y.kind, &y.id)));
    found.into_iter().map(|(_, row)| row).collect()
}

fn all() -> impl Iterator<Item = StockRow> {
    let papers = [(Paper::A4, "a4", "A4"), (Paper::Letter, "letter", "US Letter")];
    let papers = papers.into_iter().map(|(paper, id, name)| {
        let (width, height) = size_mm(paper);
        StockRow {
            id: id.to_owned(),
            kind: StockKind::Paper,
            name: name.to_owned(),
            geometry: format!("{} x {} mm", mm_text(width), mm_text(height)),
            description: "paper",
            aliases: Vec::new(),
            count: 1,
            size: (width, height),
            paper: id,
        }
    });
    papers.chain(envelopes().map(envelope_row)).chain(all_labels().map(label_row))
}

fn envelope_row(envelope: Envelope) -> StockRow {
    StockRow {
        id: envelope.id.to_owned(),
        kind: StockKind::Envelope,
        name: envelope.name.to_owned(),
        geometry: format!("{} x {} mm", mm_text(envelope.width), mm_text(envelope.height)),
        description: "envelope",
        aliases: envelope.aliases,
        count: 1,
        size: (envelope.width, envelope.height),
        paper: "",
    }
}

fn label_row(stock: LabelStock) -> StockRow {
    let paper = match stock.paper {
        Paper::A4 => "A4",
        Paper::Letter => "US Letter",
    };
    let (width, height) = (mm_text(stock.width), mm_text(stock.height));
    let count = stock.count();
    let grid = match &stock.grids[..] {
        [_] => format!("{} x {} = {count}", stock.columns(), stock.rows()),
        _ => count.to_string(),
    };
    let description = if stock.description.is_empty() { "Labels" } else { stock.description };
    StockRow {
        name: format!("{} {}", stock.brand, stock.part),
        geometry: format!("{width} x {height} mm, {grid} on {paper}"),
        description,
        count,
        size: (stock.width, stock.height),
        paper: if stock.paper == Paper::A4 { "a4" } else { "letter" },
        id: stock.id,
        kind: StockKind::Labels,
        aliases: stock.aliases,
    }
}

/// One word of a search.
struct Word {
    text: String,
    slug: String,
    size: Option<(f32, f32)>,
    number: Option<usize>,
}

impl Word {
    fn parse(word: &str) -> Self {
        let word = word.to_lowercase();
        let bare = word.trim_end_matches("mm");
        let size =
            bare.split_once(['x', '×', '*']).and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        Self { slug: slug(&word), size, number: word.parse().ok(), text: word }
    }

    /// How well a stock fits the word, 0 best; `None` where it does not.
    fn fit(&self, row: &StockRow) -> Option<u8> {
        let parts = || row.aliases.iter().copied().chain(row.name.rsplit(' ').next()).map(slug);
        if row.id == self.slug || parts().any(|part| !self.slug.is_empty() && part == self.slug) {
            return Some(0);
        }
        if let Some((width, height)) = self.size {
            let near = |a: f32, b: f32| (a - b).abs() <= 0.5;
            let fits = near(row.size.0, width) && near(row.size.1, height)
                || near(row.size.0, height) && near(row.size.1, width);
            return fits.then_some(1);
        }
        if let Some(number) = self.number.filter(|n| *n < 1000) {
            return (row.kind == StockKind::Labels && row.count == number).then_some(1);
        }
        let kind = match row.kind {
            StockKind::Paper => "paper",
            StockKind::Envelope => "envelopes",
            StockKind::Labels => "labels",
        };
        let in_part =
            !self.slug.is_empty() && (row.id.contains(&self.slug) || parts().any(|p| p.contains(&self.slug)));
        if in_part {
            return Some(2);
        }
        let words = [row.name.as_str(), row.description, row.paper];
        let in_words = words.iter().any(|w| w.to_lowercase().contains(&self.text));
        (in_words || kind.starts_with(&self.text)).then_some(3)
    }
}

/// The envelope that an unknown id may have meant.
pub fn suggest_envelope(id: &str) -> Option<String> {
    nearest(&slug(id), envelopes().map(|e| e.id.to_owned()))
}

/// The label sheet that an unknown id may have meant.
pub fn suggest_labels(id: &str) -> Option<String> {
    let ids = all_labels().flat_map(|stock| {
        let brand = slug(stock.brand);
        let aliases: Vec<String> = stock.aliases.iter().map(|a| format!("{brand}-{}", slug(a))).collect();
        aliases.into_iter().chain([stock.id])
    });
    nearest(&slug(id), ids)
}

fn nearest(wanted: &str, ids: impl Iterator<Item = String>) -> Option<String> {
    let scored = ids.map(|id| (strsim::jaro_winkler(wanted, &id), id));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1)))?;
    (best.0 > 0.8).then_some(best.1)
}
