//! What a person reads for a code, with the facts filled in.

mod host_codes;

use std::collections::HashMap;

use crate::contract::{CodeText, NamedValue};

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Dutch.
    #[default]
    Dutch,
    /// English.
    English,
}

impl Language {
    /// The language's tag: `nl` or `en`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Dutch => "nl",
            Self::English => "en",
        }
    }

    /// The language with this tag, whatever follows it (`en-GB`).
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        match primary.to_lowercase().as_str() {
            "nl" => Some(Self::Dutch),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

/// The texts of all codes that the component uses.
#[derive(Clone, Debug, Default)]
pub struct Explainer {
    texts: HashMap<String, CodeText>,
}

impl Explainer {
    /// Knows the codes of a component's description, and the host's own. A
    /// component cannot take the host's words over.
    pub fn of(codes: Vec<CodeText>) -> Self {
        let all = codes.into_iter().chain(host_codes::texts());
        Self {
            texts: all.map(|it| (it.code.clone(), it)).collect(),
        }
    }

    /// The text of a code; a code that is not known stands for itself.
    pub fn text(&self, language: Language, code: &str, about: &[NamedValue]) -> String {
        let text = self.texts.get(code).map(|it| match language {
            Language::Dutch => it.nl.as_str(),
            Language::English => it.en.as_str(),
        });
        filled(text.filter(|it| !it.is_empty()).unwrap_or(code), about)
    }

    /// The text of a code where it stands for many records, whose facts differ.
    pub fn text_for_many(&self, language: Language, code: &str) -> String {
        let text = self.text(language, code, &[]);
        let mut general = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            let Some((_, tail)) = after.split_once('}') else {
                break;
            };
            general.push_str(before);
            general.push('…');
            rest = tail;
        }
        general.push_str(rest);
        general.replace("….", "…")
    }

    /// What to do next; none where nothing needs doing.
    pub fn next_step(
        &self,
        language: Language,
        code: &str,
        about: &[NamedValue],
    ) -> Option<String> {
        let text = self.texts.get(code).map(|it| match language {
            Language::Dutch => it.next_nl.as_str(),
            Language::English => it.next_en.as_str(),
        });
        text.filter(|it| !it.is_empty()).map(|it| filled(it, about))
    }
}

/// Puts the facts where `{name}` stands.
fn filled(text: &str, about: &[NamedValue]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let fact = after.split_once('}').and_then(|(name, tail)| {
            about
                .iter()
                .find(|it| it.name == name)
                .map(|it| (it.value.as_str(), tail))
        });
        match fact {
            Some((value, tail)) => {
                filled.push_str(value);
                rest = tail;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explainer() -> Explainer {
        Explainer::of(vec![CodeText {
            code: "bad-property".to_owned(),
            nl: "Veld {property} werd geweigerd".to_owned(),
            en: "Field {property} was refused".to_owned(),
            next_nl: String::new(),
            next_en: "Map {property} to another field".to_owned(),
        }])
    }

    fn about() -> Vec<NamedValue> {
        vec![NamedValue {
            name: "property".to_owned(),
            value: "city{x}".to_owned(),
        }]
    }

    #[test]
    fn facts_are_filled_in_once() {
        let text = explainer().text(Language::English, "bad-property", &about());
        assert_eq!(text, "Field city{x} was refused");
    }

    #[test]
    fn a_missing_fact_stays_visible() {
        let text = explainer().text(Language::Dutch, "bad-property", &[]);
        assert_eq!(text, "Veld {property} werd geweigerd");
    }

    #[test]
    fn for_many_records_the_facts_are_left_open() {
        let text = explainer().text_for_many(Language::English, "bad-property");
        assert_eq!(text, "Field … was refused");
    }

    #[test]
    fn an_unknown_code_stands_for_itself() {
        assert_eq!(
            explainer().text(Language::Dutch, "new-code", &[]),
            "new-code"
        );
        assert_eq!(
            explainer().next_step(Language::Dutch, "new-code", &[]),
            None
        );
    }

    #[test]
    fn an_empty_next_step_is_none() {
        assert_eq!(
            explainer().next_step(Language::Dutch, "bad-property", &about()),
            None
        );
        let next = explainer().next_step(Language::English, "bad-property", &about());
        assert_eq!(next.as_deref(), Some("Map city{x} to another field"));
    }

    #[test]
    fn a_tag_may_name_a_country() {
        assert_eq!(Language::from_tag("en-GB"), Some(Language::English));
        assert_eq!(Language::from_tag(" nl "), Some(Language::Dutch));
        assert_eq!(Language::from_tag("de"), None);
    }
}
