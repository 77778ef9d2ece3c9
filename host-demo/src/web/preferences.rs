//! System preferences: the settings of the CRM that concern Spotler, each behind a
//! button (YO-07, YO-16, YO-42).

use askama::Template;
use axum::response::Response;

use super::{frame::Frame, visit::Visit, words::words};

words! {
    struct PreferenceWords {
        title: "Systeemvoorkeuren", "System preferences";
        connection: "Spotler API Key en Secret, profiel", "Spotler API Key and Secret, profile";
        backups: "Back-up", "Backup";
        backups_hint: "wat Spotler heeft, om terug te zetten", "what Spotler has, to put back";
        mapping: "welk veld van het CRM naar welk veld in Spotler gaat",
            "which field of the CRM goes to which field in Spotler";
        actions: "wat een verkoopfase met het contact doet", "what a sales stage does to the contact";
        journeys: "wat automations van Spotler start en stopt", "what starts and stops automations of Spotler";
        users: "wie het recht “Spotler” heeft", "who has the right “Spotler”";
    }
}

#[derive(Template)]
#[template(path = "preferences.html")]
struct Preferences<'a> {
    frame: &'a Frame,
    w: &'static PreferenceWords,
    /// Address, text of the button, and what it leads to.
    buttons: Vec<(&'static str, &'static str, &'static str)>,
}

pub(crate) async fn show(visit: Visit) -> Response {
    let (w, words) = (PreferenceWords::of(visit.language()), visit.frame.words);
    visit.show(Ok(Preferences {
        frame: &visit.frame,
        w,
        buttons: vec![
            ("/connect", words.connection, w.connection),
            ("/mapping", words.mapping, w.mapping),
            ("/actions", words.actions, w.actions),
            ("/journeys", words.journeys, w.journeys),
            ("/users", words.users, w.users),
            ("/backups", w.backups, w.backups_hint),
        ],
    }))
}
