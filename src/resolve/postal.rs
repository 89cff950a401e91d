//! What resolve asks of the postal tables: does a country or a stock exist, and what is meant by a name.

use crate::model::{CountryCode, Paper};
use crate::postal::{country, paper, stock};

/// True for a code of the address table.
pub fn country_exists(code: CountryCode) -> bool {
    country::exists(code)
}

/// The country that a name means, in any language of the table of names.
pub fn country_by_name(name: &str) -> Option<CountryCode> {
    let wanted = name.trim().to_lowercase();
    let languages = country::languages_with_names();
    let means =
        |code: &CountryCode| languages.iter().any(|lang| country::name(*code, lang).to_lowercase() == wanted);
    (wanted.chars().count() > 2).then(|| country::all().into_iter().find(means))?
}

/// The id of an envelope stock as the table has it; else the id of one that resembles it.
pub fn envelope(id: &str) -> Result<String, Option<String>> {
    stock::envelope(id).map(|stock| stock.id.to_string()).ok_or_else(|| stock::suggest_envelope(id))
}

/// The id of a label stock as the table has it; else the id of one that resembles it.
pub fn labels(id: &str) -> Result<String, Option<String>> {
    stock::labels(id).map(|stock| stock.id.to_string()).ok_or_else(|| stock::suggest_labels(id))
}

/// The paper that a country uses.
pub fn usual_paper(country: Option<CountryCode>) -> Paper {
    paper::default_paper(country)
}
