//! Operations and what was asked of them, in words (DA-61, DA-80).

use serde_json::Value;

use super::{
    journeys::known::Known,
    labels,
    trouble::Trouble,
    visit::Visit,
    words::{fill, words},
};
use crate::{crm::jobs::Job, explain::Language};

words! {
    struct OperationWords {
        link: "Koppelen", "Link";
        sync_contact: "Contact synchroniseren", "Sync contact";
        set_permissions: "Permissies wijzigen", "Change permissions";
        match_both: "Bestaande contacten koppelen", "Match contacts on both sides";
        reactivate: "Weer opnemen na heractivering in Spotler", "Take up again after reactivation in Spotler";
        bulk_change: "Veel contacten wijzigen", "Change many contacts";
        backup: "Back-up", "Backup";
        restore: "Terugzetten", "Put back";
        start_journey: "Automation starten", "Start automation";
        stop_journey: "Automation stoppen", "Stop automation";
        set_journeys: "Automations aan- en uitzetten", "Switch automations on and off";
        refresh_journeys: "Automations ophalen", "Refresh automations";
        sync_list: "Marketinglijst synchroniseren", "Sync marketing list";
        save_mapping: "Mapping opgeslagen", "Mapping saved";
        records: "Contacten die genoemd zijn", "Contacts that were named";
        on: "Permissies aan", "Permissions on";
        off: "Permissies uit", "Permissions off";
        fields: "Gewijzigde velden", "Changed fields";
        trigger: "Automation", "Automation";
        starts: "Start", "Starts";
        stops: "Stopt", "Stops";
        one: "één deelname", "one participation";
        participation: "Deelname", "Participation";
        run: "Van opdracht", "Of job";
        list: "Lijst", "List";
        again: "Opnieuw, hoewel onzeker of het begon", "Again, though not sure whether it began";
        assume: "Aangenomen dat het begon", "Assumed that it began";
        value_of: "Waarde van {}", "Value of {}";
        selection: "Een selectie", "A selection";
    }
}

/// What an operation is called; one without words stands for itself.
pub(crate) fn name(visit: &Visit, code: &str) -> String {
    known(visit.language(), code).unwrap_or(code).to_owned()
}

/// What an operation is called; none where it has no words.
pub(crate) fn known(language: Language, code: &str) -> Option<&'static str> {
    let w = OperationWords::of(language);
    Some(match code {
        "link" => w.link,
        "sync-contact" => w.sync_contact,
        "set-permissions" => w.set_permissions,
        "match" => w.match_both,
        "reactivate" => w.reactivate,
        "bulk-change" => w.bulk_change,
        "backup" => w.backup,
        "restore" => w.restore,
        "start-journey" => w.start_journey,
        "stop-journey" => w.stop_journey,
        "set-journeys" => w.set_journeys,
        "refresh-journeys" => w.refresh_journeys,
        "sync-list" => w.sync_list,
        "save-mapping" => w.save_mapping,
        _ => return None,
    })
}

/// What a job was asked to do, name and value; no person's data is kept in it.
pub(crate) async fn asked(visit: &Visit, job: &Job) -> Result<Vec<(String, String)>, Trouble> {
    let w = OperationWords::of(visit.language());
    let crm = visit.host.crm();
    let mut told: Vec<(String, String)> = Vec::new();
    let mut tell = |name: &str, value: String| {
        if !value.is_empty() {
            told.push((name.to_owned(), value));
        }
    };
    let records = job.asked["records"].as_u64().unwrap_or_default();
    if records > 0 {
        tell(w.records, records.to_string());
    }
    if job.asked["selection"].is_string() {
        tell(w.records, w.selection.to_owned());
    }
    let attributes = crm.attributes().await?;
    let permissions = |it: &Value| -> String {
        let bits = it
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64);
        let name = |bit: u64| {
            let found = attributes.iter().find(|it| u64::from(it.bit) == bit);
            found.map_or_else(|| bit.to_string(), |it| it.name.clone())
        };
        bits.map(name).collect::<Vec<_>>().join(", ")
    };
    tell(w.on, permissions(&job.asked["on"]));
    tell(w.off, permissions(&job.asked["off"]));
    let catalogue = crm.catalogue().await?;
    let fields = job.asked["fields"].as_array().into_iter().flatten();
    let fields = fields.filter_map(Value::as_str).map(|it| {
        let field = catalogue.named(it);
        field.map_or_else(|| it.to_owned(), |it| labels::label(visit.language(), it))
    });
    tell(w.fields, fields.collect::<Vec<_>>().join(", "));
    let parameters = job.asked["parameters"].as_object();
    let parameters: Vec<(&String, &str)> = parameters
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name, value.as_str()?)))
        .collect();
    if parameters.is_empty() {
        return Ok(told);
    }
    let known = Known::of(visit).await?;
    for (name, value) in parameters {
        told.extend(parameter(w, &known, name, value));
    }
    Ok(told)
}

/// A parameter in words; those that a program alone reads are left out.
fn parameter(
    w: &OperationWords,
    known: &Known,
    name: &str,
    value: &str,
) -> Option<(String, String)> {
    let (name, value) = match name {
        "trigger" => (w.trigger.to_owned(), known.name(value)),
        "start" | "on" => (w.starts.to_owned(), known.name(value)),
        "stop" | "off" => (w.stops.to_owned(), known.name(value)),
        "participation" => (w.participation.to_owned(), w.one.to_owned()),
        "run" => (w.run.to_owned(), value.to_owned()),
        "name" => (w.list.to_owned(), value.to_owned()),
        "again" => (w.again.to_owned(), "✓".to_owned()),
        "assume-started" => (w.assume.to_owned(), "✓".to_owned()),
        "list" | "target" | "form" => return None,
        other => {
            let field = other.split_once('.').map_or(other, |(_, field)| field);
            (fill(w.value_of, field), value.to_owned())
        }
    };
    Some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_told_in_words_and_ids_are_not() {
        let (w, known) = (OperationWords::of(Language::English), Known::default());
        let told = |name: &str, value: &str| parameter(w, &known, name, value);
        let both = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(told("run", "7"), both("Of job", "7"));
        assert_eq!(
            told("participation", "uuid"),
            both("Participation", "one participation")
        );
        assert_eq!(told("list", "l-1"), None);
        assert_eq!(told("field.voucher", "x"), both("Value of voucher", "x"));
    }
}
