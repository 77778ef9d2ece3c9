//! What an operation, and a call of the component, is called.

use super::words::words;
use crate::explain::Language;

words! {
    struct OperationWords {
        link: "Koppelen", "Link";
        sync: "Synchroniseren", "Sync";
        set_permissions: "Permissies instellen", "Set permissions";
        match_up: "Overeenkomsten zoeken", "Match";
        reactivate: "Weer actief maken", "Reactivate";
        bulk_change: "Veel contacten wijzigen", "Change many contacts";
        backup: "Back-up", "Backup";
        restore: "Terugzetten", "Restore";
        start_journey: "Automation starten", "Start an automation";
        stop_journey: "Automation stoppen", "Stop an automation";
        set_journeys: "Automations instellen", "Set automations";
        refresh_journeys: "Automations ophalen", "Refresh the automations";
        sync_list: "Lijst synchroniseren", "Sync a list";
        save_mapping: "Mapping opslaan", "Save the mapping";
        contact_saved: "Contact opgeslagen", "Contact saved";
        settings_saved: "Verbinding opgeslagen", "Connection saved";
        run_action: "Met de hand gestart", "Started by hand";
        tick: "Kijken wat in Spotler veranderde", "Look at what changed in Spotler";
        module_field: "Moduleveld gewijzigd", "Module field changed";
        stage_changed: "Verkoopfase gewijzigd", "Sales stage changed";
        export_campaign: "Campagne exporteren", "Export a campaign";
        list_changed: "Marketinglijst gewijzigd", "Marketing list changed";
        cart_changed: "Winkelwagen gewijzigd", "Cart changed";
        order_changed: "Bestelling gewijzigd", "Order changed";
        journey_settings: "Automations opgeslagen", "Automations saved";
        signed_up: "Formulier ingevuld", "Form sent in";
    }
}

/// What an operation that somebody started is called; its code where it is not
/// known.
pub(crate) fn operation(language: Language, code: &str) -> &str {
    let w = OperationWords::of(language);
    match code {
        "link" => w.link,
        "sync-contact" => w.sync,
        "set-permissions" => w.set_permissions,
        "match" => w.match_up,
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
        other => other,
    }
}

/// What a call of the component is called.
pub(crate) fn hook(language: Language, code: &str) -> &str {
    let w = OperationWords::of(language);
    match code {
        "on-contact-saved" => w.contact_saved,
        "on-settings-saved" => w.settings_saved,
        "on-mapping-saved" => w.save_mapping,
        "run-action" => w.run_action,
        "on-tick" => w.tick,
        "on-module-field-changed" => w.module_field,
        "on-stage-changed" => w.stage_changed,
        "export-campaign" => w.export_campaign,
        "on-list-changed" => w.list_changed,
        "on-cart-changed" => w.cart_changed,
        "on-order-changed" => w.order_changed,
        "on-journey-settings-saved" => w.journey_settings,
        "on-signed-up" => w.signed_up,
        other => other,
    }
}
