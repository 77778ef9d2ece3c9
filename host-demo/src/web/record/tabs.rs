//! The pages about one record, beside each other.

use crate::{
    contract::RecordRef,
    web::{links::tail, visit::Visit, words::words},
};

words! {
    struct TabWords {
        details: "Gegevens", "Details";
        marketing: "Marketing", "Marketing";
        received: "Ontvangen", "Received";
        participations: "Automations", "Automations";
        kept: "Eerdere gegevens", "Earlier data";
    }
}

/// The pages about one record; one of them is shown.
pub(crate) struct Tabs {
    pub(crate) all: Vec<Tab>,
}

pub(crate) struct Tab {
    pub(crate) address: String,
    pub(crate) text: &'static str,
    pub(crate) here: bool,
}

impl Tabs {
    /// With this one shown: the first part of its address.
    pub(crate) fn at(visit: &Visit, record: &RecordRef, here: &str) -> Self {
        let (w, link) = (TabWords::of(visit.language()), tail(record));
        let all = [
            ("records", w.details),
            ("marketing", w.marketing),
            ("received", w.received),
            ("participations", w.participations),
            ("kept", w.kept),
        ];
        let tab = |(page, text): (&str, &'static str)| Tab {
            address: format!("/{page}/{link}"),
            text,
            here: page == here,
        };
        Self {
            all: all.into_iter().map(tab).collect(),
        }
    }

    /// What the page that is shown is called.
    pub(crate) fn here(&self) -> &'static str {
        let shown = self.all.iter().find(|it| it.here);
        shown.map_or("", |it| it.text)
    }
}
