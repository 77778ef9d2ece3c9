//! What stands around every page: the menu, the user, the language, and what was
//! just done.

use axum::http::Uri;

use super::words::{Words, other};
use crate::{crm::sessions::Session, explain::Language};

/// What every page needs to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) language: Language,
    pub(crate) words: &'static Words,
    /// Who is logged in; none on the log-in page.
    pub(crate) user: Option<Session>,
    /// What each form carries, so that no other site can send it.
    pub(crate) secret: String,
    /// The address of this page in the other language.
    pub(crate) other: String,
    /// What was just done, as a sentence.
    pub(crate) said: Option<&'static str>,
    path: String,
    /// Whether this is a later page of something.
    later: bool,
}

impl Frame {
    pub(crate) fn new(
        language: Language,
        uri: &Uri,
        user: Option<Session>,
        secret: String,
    ) -> Self {
        let words = Words::of(language);
        let query = uri.query().unwrap_or_default();
        let said = query.split('&').find_map(|it| it.strip_prefix("said="));
        let kept = query
            .split('&')
            .filter(|it| !it.is_empty() && !it.starts_with("lang=") && !it.starts_with("said="));
        let mut asked: Vec<String> = kept.map(str::to_owned).collect();
        asked.push(format!("lang={}", other(language).tag()));
        Self {
            language,
            words,
            user,
            secret,
            other: format!("{}?{}", uri.path(), asked.join("&")),
            said: said.and_then(|it| sentence(words, it)),
            path: uri.path().to_owned(),
            later: query.split('&').any(is_place),
        }
    }

    pub(crate) fn tag(&self) -> &'static str {
        self.language.tag()
    }

    /// The tag of the other language.
    pub(crate) fn other_tag(&self) -> &'static str {
        other(self.language).tag()
    }

    /// What stands where there is nothing: that there is none at all, or, on a
    /// later page, that the one before was the last.
    pub(crate) fn empty<'a>(&self, none_at_all: &'a str) -> &'a str {
        if self.later {
            self.words.no_more
        } else {
            none_at_all
        }
    }

    /// The entries of the menu: address and text.
    pub(crate) fn menu(&self) -> Vec<(&'static str, &'static str)> {
        let words = self.words;
        vec![
            ("/", words.overview),
            ("/records", words.records),
            ("/tasks", words.tasks),
            ("/campaigns", words.campaigns),
            ("/mailings", words.mailings),
            ("/forms", words.forms),
            ("/journeys", words.journeys),
            ("/lists", words.lists),
            ("/sales", words.sales),
            ("/sign-up", words.sign_up),
            ("/shop", words.shop),
            ("/jobs", words.jobs),
            ("/queue", words.queue),
            ("/paused", words.paused),
            ("/messages", words.messages),
            ("/log", words.log),
            ("/health", words.health),
            ("/preferences", words.preferences),
            ("/connect", words.connection),
            ("/mapping", words.mapping),
            ("/actions", words.actions),
            ("/users", words.users),
        ]
    }

    /// The menu in sections: what each is called, and its entries.
    pub(crate) fn sections(&self) -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
        let words = self.words;
        let titles = [
            words.section_daily,
            words.section_marketing,
            words.section_sync,
            words.section_settings,
        ];
        let entries = |section: usize| {
            let menu = self.menu().into_iter();
            menu.filter(|(address, _)| section_of(address) == section)
                .collect()
        };
        let sections = titles.iter().enumerate();
        sections.map(|(at, title)| (*title, entries(at))).collect()
    }

    /// What the menu says of an entry: whether this page belongs to it.
    pub(crate) fn current(&self, entry: &str) -> bool {
        let rest = self.path.strip_prefix(entry);
        match rest {
            Some(rest) => rest.is_empty() || (entry != "/" && rest.starts_with('/')),
            None => false,
        }
    }
}

/// Whether a part of the query says where a page starts.
fn is_place(part: &str) -> bool {
    let place = part.split_once('=');
    place.is_some_and(|(name, value)| matches!(name, "after" | "before") && !value.is_empty())
}

/// In which section of the menu an entry stands.
fn section_of(address: &str) -> usize {
    match address {
        "/" | "/records" | "/tasks" | "/messages" | "/sales" => 0,
        "/jobs" | "/queue" | "/paused" | "/log" | "/health" => 2,
        "/connect" | "/mapping" | "/actions" | "/users" => 3,
        _ => 1,
    }
}

/// What was just done; words of a stranger's making say nothing.
fn sentence(words: &Words, said: &str) -> Option<&'static str> {
    match said {
        "saved" => Some(words.said_saved),
        "unchanged" => Some(words.said_unchanged),
        "queued" => Some(words.said_queued),
        "done" => Some(words.said_done),
        "deleted" => Some(words.said_deleted),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(address: &'static str) -> Frame {
        let uri = Uri::from_static(address);
        Frame::new(Language::English, &uri, None, String::new())
    }

    #[test]
    fn the_other_language_keeps_what_was_asked_for() {
        let frame = frame("/records?search=a%26b&lang=en&said=saved");
        assert_eq!(frame.other, "/records?search=a%26b&lang=nl");
        assert_eq!(frame.said, Some("Saved."));
    }

    #[test]
    fn a_stranger_cannot_put_words_on_a_page() {
        assert_eq!(frame("/?said=You+won").said, None);
    }

    #[test]
    fn the_sections_hold_every_entry_of_the_menu_once() {
        let frame = frame("/");
        let sections = frame.sections();
        let entries = sections.iter().flat_map(|it| &it.1);
        assert_eq!(entries.count(), frame.menu().len());
        assert!(sections.iter().all(|it| !it.1.is_empty()));
    }

    #[test]
    fn after_the_last_page_there_is_no_more() {
        assert_eq!(frame("/jobs").empty("None yet."), "None yet.");
        assert_eq!(frame("/jobs?after=").empty("None yet."), "None yet.");
        let later = frame("/log?lang=en&before=3").empty("None yet.");
        assert_eq!(later, "There is no more; that was everything.");
    }

    #[test]
    fn a_page_belongs_to_one_entry_of_the_menu() {
        let frame = frame("/records/contact/1");
        assert!(frame.current("/records"));
        assert!(!frame.current("/") && !frame.current("/rec"));
    }
}
