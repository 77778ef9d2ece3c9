//! Every code that the component uses, with what a person reads for it and what
//! to do next, in Dutch and in English (C27).

/// What a person reads for a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeText {
    /// The code.
    pub code: &'static str,
    /// In Dutch.
    pub nl: &'static str,
    /// In English.
    pub en: &'static str,
    /// What to do next, in Dutch.
    pub next_nl: &'static str,
    /// What to do next, in English.
    pub next_en: &'static str,
}

macro_rules! codes {
    ($($name:ident = $code:literal: $nl:literal, $en:literal, $next_nl:literal, $next_en:literal;)*) => {
        $(#[doc = $en] pub const $name: &str = $code;)*

        /// All codes.
        pub fn all() -> Vec<CodeText> {
            vec![$(CodeText { code: $code, nl: $nl, en: $en, next_nl: $next_nl, next_en: $next_en }),*]
        }
    };
}

codes! {
    CREATED = "created": "Toegevoegd aan Spotler.", "Added to Spotler.", "", "";
    UPDATED = "updated": "Bijgewerkt in Spotler.", "Updated in Spotler.", "", "";
    FOUND = "found": "Stond al in Spotler en is gekoppeld.", "Was in Spotler already and is linked now.", "", "";
    IN_STEP = "in-step": "Spotler heeft wat het CRM heeft.", "Spotler has what the CRM has.", "", "";
    BLANKED = "blanked": "Permissies uitgezet en leeggemaakt in Spotler.", "Permissions switched off and emptied in Spotler.", "", "";
    RESTORED = "restored": "Weer actief in Spotler, met de permissies van eerder.", "Active in Spotler again, with the permissions of before.", "", "";
    REACTIVATED = "reactivated": "Weer actief in Spotler, en weer gekoppeld.", "Active in Spotler again, and linked again.", "", "";
    RESTRICTED = "restricted": "Afgemeld in het CRM: permissies uitgezet, verder wordt er niets bijgewerkt.", "Opted out in the CRM: permissions switched off, nothing else is kept in step.", "", "";
    PERMISSIONS_OFF = "permissions-off": "Alle permissies zijn uitgezet in Spotler.", "All permissions are switched off in Spotler.", "", "";
    QUEUED = "queued": "Staat in de wachtrij: {records} records.", "Waiting in the queue: {records} records.", "", "";
    ACTIVATED = "activated": "De koppeling met Spotler is actief.", "The connection with Spotler is active.", "", "";
    DEACTIVATED = "deactivated": "De koppeling met Spotler staat uit.", "The connection with Spotler is switched off.", "", "";
    MAPPING_KEPT = "mapping-kept": "De mapping is opgeslagen.", "The mapping is saved.", "", "";
    FEED_READ = "feed-read": "Wijzigingen uit Spotler zijn opgehaald.", "Changes in Spotler have been read.", "", "";
    BACKED_UP = "backed-up": "Bewaard wat Spotler heeft.", "What Spotler has is kept.", "", "";
    DATA_RESTORED = "data-restored": "Gegevens in Spotler teruggezet: {properties} velden.", "Data in Spotler put back: {properties} properties.", "", "";
    NOTHING_TO_RESTORE = "nothing-to-restore": "Spotler heeft de gegevens van toen al.", "Spotler has the data of then already.", "", "";
    ACTION_DONE = "action-done": "De automatische actie is uitgevoerd.", "The automatic action was carried out.", "", "";

    ACTION_DONE_IN_PART = "action-done-in-part": "De automatische actie is uitgevoerd, zonder permissie {bits} aan te zetten: de persoon heeft zich daarvoor afgemeld.", "The automatic action was carried out without switching permission {bits} on: the person opted out of it.", "Vraag de persoon om toestemming en leg die vast in het CRM.", "Ask the person for consent, and record it in the CRM.";

    NOT_ACTIVE = "not-active": "De koppeling staat uit; er is niets verstuurd.", "The connection is switched off; nothing was sent.", "Activeer de koppeling met Spotler.", "Activate the connection with Spotler.";
    NOT_LINKED = "not-linked": "Niet gekoppeld met Spotler; er is niets verstuurd.", "Not linked with Spotler; nothing was sent.", "Geef het kenmerk Spotler of koppel het contact.", "Set the Spotler attribute, or link the contact.";
    GATE_CLOSED = "gate-closed": "Het kenmerk Spotler is weggehaald: gegevens worden niet meer bijgewerkt, permissies in Spotler blijven staan.", "The Spotler attribute was removed: data is no longer updated, permissions in Spotler stay.", "Zet permissies uit als er niet meer gemaild mag worden.", "Switch permissions off if no more mail may be sent.";
    SYNC_DISABLED = "sync-disabled": "Synchronisatie is door een gebruiker uitgezet.", "Synchronisation was switched off by a user.", "", "";
    MAPPING_NOT_SAVED = "mapping-not-saved": "De mapping is nog niet opgeslagen; er is niets verstuurd.", "The mapping has not been saved yet; nothing was sent.", "Bekijk de mapping en sla die op.", "Look at the mapping and save it.";
    NO_ADDRESS = "no-email-address": "Geen e-mailadres; er is niets verstuurd.", "No e-mail address; nothing was sent.", "Vul een e-mailadres in om te kunnen mailen.", "Fill in an e-mail address to be able to mail.";
    NOTHING_CHANGED = "nothing-changed": "Niets gewijzigd dat Spotler heeft; er is niets verstuurd.", "Nothing changed that Spotler has; nothing was sent.", "", "";
    NOT_IN_SPOTLER = "not-in-spotler": "Staat niet in Spotler; niet toegevoegd.", "Is not in Spotler; not added.", "", "";
    RECORD_NOT_ACTIVE = "record-not-active": "Het record is niet actief en staat niet in Spotler.", "The record is not active and not in Spotler.", "", "";
    NOT_A_MODULE_FIELD = "not-a-module-field": "Geen module-veld.", "Not a module field.", "", "";
    NO_PRIMARY_CONTACT = "no-primary-contact": "De relatie heeft geen primaire contactpersoon.", "The relation has no primary contact.", "Kies een primaire contactpersoon.", "Choose a primary contact.";
    NO_ACTION_FOR_US = "no-action-for-spotler": "Geen automatische actie voor Spotler bij deze fase.", "No automatic action for Spotler at this stage.", "", "";
    NO_CONTACT = "no-contact": "De verkoop heeft geen contactpersoon.", "The sale has no contact.", "", "";

    OPTED_OUT = "opted-out-in-spotler": "Heeft zich afgemeld in Spotler; er wordt niets meer verstuurd.", "Opted out in Spotler; nothing is sent any more.", "Alleen na een nieuwe aanmelding: maak het contact eerst weer actief in Spotler.", "Only after a new opt-in: make the contact active again in Spotler first.";
    OPTED_OUT_EARLIER = "opted-out-earlier": "Dit adres heeft zich eerder afgemeld in Spotler en wordt niet opnieuw toegevoegd.", "This address opted out in Spotler earlier and is not added again.", "Alleen na een nieuwe aanmelding: voeg het adres eerst in Spotler zelf toe.", "Only after a new opt-in: add the address in Spotler itself first.";
    INACTIVE_EARLIER = "inactive-earlier": "Dit adres was inactief in Spotler toen het record werd leeggemaakt, en wordt niet opnieuw toegevoegd.", "This address was inactive in Spotler when its record was blanked, and is not added again.", "Kijk in Spotler, en voeg het adres daar zelf toe als dat mag.", "Look in Spotler, and add the address there if that is allowed.";
    INACTIVE = "inactive-in-spotler": "Inactief in Spotler om een onbekende reden; er wordt niets meer verstuurd.", "Inactive in Spotler for a reason that is not known; nothing is sent any more.", "Kijk in Spotler waarom het contact inactief is.", "Look in Spotler why the contact is inactive.";
    BOUNCED = "bounced": "Het e-mailadres bouncet; er wordt niets meer verstuurd.", "The e-mail address bounces; nothing is sent any more.", "Controleer het e-mailadres met de persoon. Verbeter het in het CRM en in Spotler, voeg het daar toe met alleen het e-mailadres, en activeer het contact hier opnieuw.", "Check the e-mail address with the person. Correct it in the CRM and in Spotler, add it there with nothing but the e-mail address, and reactivate the contact here.";
    NOT_REACTIVATABLE = "inactive-not-reactivatable": "Inactief in Spotler; dat kan vanuit het CRM niet ongedaan gemaakt worden.", "Inactive in Spotler; the CRM cannot undo that.", "Maak het contact in Spotler weer actief.", "Make the contact active again in Spotler.";

    NOT_ACTIVE_THERE = "not-active-in-spotler": "Spotler laat niet zien dat het contact weer actief is.", "Spotler does not show that the contact is active again.", "Maak het contact eerst in Spotler weer actief: voeg het daar toe met alleen het e-mailadres.", "Make the contact active in Spotler first: add it there with nothing but the e-mail address.";
    NOT_LOCKED = "not-inactive": "Het contact is niet inactief.", "The contact is not inactive.", "", "";
    BAD_ADDRESS = "email-invalid": "Het e-mailadres is ongeldig.", "The e-mail address is not valid.", "Verbeter het e-mailadres.", "Correct the e-mail address.";
    ADDRESS_IN_USE = "address-in-use": "Het e-mailadres is al van een ander record: {owner}.", "The e-mail address belongs to another record already: {owner}.", "Voeg de records samen of geef een van beide een ander adres.", "Merge the records or give one of them another address.";
    ADDRESS_OPTED_OUT = "new-address-opted-out": "Het nieuwe e-mailadres heeft zich eerder afgemeld of was inactief in Spotler; het oude blijft staan.", "The new e-mail address opted out earlier, or was inactive in Spotler; the old one stays.", "Gebruik een ander e-mailadres.", "Use another e-mail address.";
    ADDRESS_TAKEN = "address-taken-in-spotler": "Het nieuwe e-mailadres is in Spotler van een ander contact.", "The new e-mail address belongs to another contact in Spotler.", "Kijk in Spotler welk contact het is.", "Look in Spotler which contact it is.";
    SEVERAL = "several-in-spotler": "Meerdere contacten in Spotler hebben dit e-mailadres.", "Several contacts in Spotler have this e-mail address.", "Ruim de dubbele contacten in Spotler op.", "Clear up the duplicates in Spotler.";
    NO_EXTERNAL_ID = "no-external-id": "Staat in Spotler zonder extern id en kan niet worden bijgewerkt.", "Is in Spotler without an external id and cannot be updated.", "Geef het contact in Spotler een extern id.", "Give the contact an external id in Spotler.";
    EXISTS_HIDDEN = "exists-but-hidden": "Spotler zegt dat het contact bestaat, maar toont het niet.", "Spotler says that the contact exists, but does not show it.", "Zoek het contact in Spotler; misschien is het inactief.", "Look for the contact in Spotler; it may be inactive.";
    GONE = "gone-from-spotler": "Stond in Spotler en is daar niet meer te vinden; niet opnieuw toegevoegd.", "Was in Spotler and is not to be found there any more; not added again.", "Kijk in Spotler, en koppel het contact opnieuw als dat mag.", "Look in Spotler, and link the contact again if that is allowed.";
    VALUE_REFUSED = "value-refused": "Spotler weigert een waarde.", "Spotler refuses a value.", "Controleer e-mailadres en gekoppelde velden.", "Check the e-mail address and the mapped fields.";
    REFUSED = "refused-by-spotler": "Spotler weigert de opdracht ({error}).", "Spotler refuses the request ({error}).", "Neem contact op met de beheerder.", "Ask the administrator.";
    SEVERAL_PRIMARY = "several-primary-contacts": "De relatie heeft meer dan één primaire contactpersoon.", "The relation has more than one primary contact.", "Laat één primaire contactpersoon over.", "Leave one primary contact.";
    NO_CONSENT = "consent-missing": "De actie zet een permissie aan waarvoor het CRM geen toestemming heeft.", "The action switches on a permission for which the CRM has no opt-in.", "Leg eerst de toestemming van de persoon vast.", "Record the person's opt-in first.";
    UNKNOWN_OPERATION = "unknown-operation": "Deze opdracht bestaat niet.", "There is no such operation.", "", "";
    NO_RECORDS = "no-records": "Er zijn geen records gekozen.", "No records were chosen.", "Kies een of meer records.", "Choose one or more records.";
    TOO_MANY_RECORDS = "too-many-records": "Meer dan 500 records; gebruik een selectie.", "More than 500 records; use a selection.", "", "";
    NO_SUCH_RECORD = "record-unknown": "Het CRM heeft dit record niet.", "The CRM has no such record.", "Kies een bestaand record.", "Choose a record that exists.";
    OPTED_OUT_PERSON = "person-opted-out": "De persoon heeft zich afgemeld of is inactief in Spotler; er is geen permissie aangezet.", "The person opted out or is inactive in Spotler; no permission was switched on.", "", "";
    NO_SNAPSHOT = "no-snapshot": "Er is niets bewaard van wat Spotler eerder had.", "Nothing is kept of what Spotler had before.", "Zet de gegevens terug met een backup (CSV).", "Put the data back by hand, with a backup (CSV).";
    FORBIDDEN = "forbidden": "De gebruiker mag geen koppeling met Spotler maken.", "The user may not connect with Spotler.", "Geef de gebruikersgroep het recht Spotler.", "Give the user's group the right Spotler.";
    KEY_MISSING = "credentials-missing": "Authentication key of secret ontbreekt.", "Authentication key or secret is missing.", "Kopieer beide uit Spotler: Instellingen, Integraties.", "Copy both from Spotler: Settings, Integrations.";
    KEY_REFUSED = "credentials-refused": "Spotler weigert de key of het secret.", "Spotler refuses the key or the secret.", "Controleer beide in Spotler: Instellingen, Integraties.", "Check both in Spotler: Settings, Integrations.";
    BAD_ADDRESS_OF_SPOTLER = "spotler-address-invalid": "Het adres van Spotler is ongeldig.", "The address of Spotler is not valid.", "Gebruik een adres dat met https:// begint.", "Use an address that starts with https://.";
    BAD_PROFILE = "profile-invalid": "Het profiel is ongeldig: {fault}.", "The profile is not valid: {fault}.", "", "";
    MAP_NO_FIELD = "mapping-no-such-field": "Het CRM heeft geen veld {field}.", "The CRM has no field {field}.", "Kies een veld dat er is.", "Choose a field that is there.";
    MAP_NO_PROPERTY = "mapping-no-such-property": "Spotler heeft geen eigenschap {property} waaraan veld {field} gekoppeld kan worden.", "Spotler has no property {property} that field {field} can be mapped to.", "Kies een eigenschap uit de lijst.", "Choose a property from the list.";
    MAP_TYPES = "mapping-types-differ": "Veld {field} is van type {field-type} en past niet in eigenschap {property} van type {property-type}.", "Field {field} is of type {field-type} and does not fit property {property} of type {property-type}.", "Kies een eigenschap waarin het veld past.", "Choose a property that the field fits.";
    MAP_TWICE = "mapping-twice": "Eigenschap {property} krijgt al een waarde uit een ander veld dan {field}.", "Property {property} gets its value from another field than {field} already.", "Laat één van de velden over.", "Leave one of the fields.";
    MAP_ADDRESS = "mapping-address-missing": "Het e-mailadres ({field}) moet gekoppeld blijven: daaraan herkent Spotler een contact.", "The e-mail address ({field}) must stay mapped: Spotler knows a contact by it.", "Koppel het veld aan het e-mailadres van Spotler.", "Map the field to Spotler's e-mail address.";
    BAD_MAPPING = "mapping-invalid": "De mapping kan zo niet: {faults}.", "The mapping cannot work: {faults}.", "Verbeter de genoemde rijen.", "Correct the rows that are named.";
    NOT_IN_PRODUCT = "not-in-your-product": "Niet beschikbaar in uw Spotler-product.", "Not available in your Spotler product.", "Vraag Spotler naar de mogelijkheden.", "Ask Spotler what is possible.";

    NOT_FOR_SMS = "not-for-sms": "Niet van toepassing op een SMS.", "Does not apply to a text message.", "", "";
    NOT_TOLD = "not-told-by-spotler": "Spotler geeft dit niet per persoon of deelname.", "Spotler does not tell this by person or participation.", "", "";
    BAD_CURSOR = "bad-cursor": "Dit is geen plaats waar een pagina begint.", "This is no place at which a page starts.", "Begin weer bij de eerste pagina.", "Start with the first page again.";
    QUESTION_REFUSED = "question-refused": "Spotler weigert de vraag.", "Spotler refuses the question.", "Kijk of de mailing of het formulier in Spotler nog bestaat.", "Look whether the mailing or form is still in Spotler.";
    NO_WHOLE_ANSWER = "no-whole-answer": "Spotler gaf geen volledig antwoord.", "Spotler gave no whole answer.", "Vraag het later nog eens.", "Ask again later.";

    TOO_FAST = "rate-limited": "Spotler vraagt om het later te proberen.", "Spotler asks to try later.", "", "";
    SERVER_FAULT = "spotler-fault": "Spotler heeft een storing.", "Spotler has a fault.", "", "";
    UNREACHABLE = "spotler-unreachable": "Spotler is niet bereikbaar.", "Spotler cannot be reached.", "", "";
    LOST = "answer-lost": "Spotler gaf geen volledig antwoord; er wordt gekeken of het gelukt is.", "Spotler gave no whole answer; we look whether it was done.", "", "";
    NOT_SENT = "not-sent": "Het CRM heeft het verzoek niet doorgelaten.", "The CRM did not let the request out.", "Controleer het adres van Spotler bij de instellingen.", "Check the address of Spotler in the settings.";
    CONNECTION_STOPPED = "connection-stopped": "De koppeling is gestopt omdat Spotler de gegevens weigert; alles wacht.", "The connection was stopped because Spotler refuses the credentials; everything waits.", "Sla de juiste key en het juiste secret op.", "Save the right key and secret.";
    NOTED = "noted-first": "Het aanzetten is eerst genoteerd.", "Switching on was noted first.", "", "";
    KEPT = "kept-first": "Eerst is bewaard wat Spotler had.", "What Spotler had was kept first.", "", "";
    WAITS = "waits-for-confirmation": "Wacht op bevestiging: er wordt ongewoon veel tegelijk gewijzigd, gedeactiveerd of verwijderd.", "Waits for a confirmation: unusually much is changed, deactivated or deleted at once.", "Bekijk de lijst, en bevestig die of wijs die af.", "Look at the list, and confirm or reject it.";
    STEP_DONE = "step-done": "Bezig.", "Under way.", "", "";

    EXPORTED = "exported": "Geëxporteerd naar een statische lijst: {exported} relaties, {left-out} overgeslagen.", "Exported to a static list: {exported} relations, {left-out} left out.", "", "";
    NOT_EXTERNAL = "not-external": "De campagne wordt niet via een extern systeem verstuurd.", "The campaign is not sent through an external system.", "", "";
    OTHER_SYSTEM = "other-system": "De campagne is voor een ander systeem.", "The campaign is for another system.", "", "";
    LIST_NAME_MISSING = "list-name-missing": "De lijst heeft geen naam.", "The list has no name.", "Geef de lijst een naam.", "Give the list a name.";
    LIST_NAME_LONG = "list-name-too-long": "De naam van de lijst is langer dan 255 tekens.", "The list's name is longer than 255 characters.", "Geef de lijst een kortere naam.", "Give the list a shorter name.";
    EXPORT_NAME_TAKEN = "list-name-taken": "Spotler heeft al een lijst met de naam {list}; een bestaande lijst wordt niet aangevuld.", "Spotler has a list with the name {list} already; an existing list is not added to.", "Kies een andere naam.", "Choose another name.";
    UNKNOWN_PERMISSION = "unknown-permission": "Spotler heeft geen permissie {bit}.", "Spotler has no permission {bit}.", "Kies een permissie die er is.", "Choose a permission that is there.";
    NOBODY_TO_EXPORT = "nobody-to-export": "Van de selectie kan niemand worden geëxporteerd ({left-out} overgeslagen); er is geen lijst gemaakt.", "Nobody of the selection can be exported ({left-out} left out); no list was made.", "Bekijk waarom zij zijn overgeslagen.", "Look why they were left out.";
    WAITS_FOR_EVENING = "waits-for-evening": "{selected} relaties: meer dan 2.500, dus wordt de campagne 's avonds uitgevoerd, vanaf {opens-at}.", "{selected} relations: more than 2,500, so the campaign runs in the evening, from {opens-at} on.", "Een campagne met hooguit 2.500 relaties wordt meteen uitgevoerd.", "A campaign with 2,500 relations at most runs at once.";
    WAITS_FOR_LOOKS = "waits-for-looks": "Wacht tot mensen die al in Spotler staan zijn bekeken.", "Waits until people who are in Spotler already have been looked at.", "", "";
    LACKS_PERMISSION = "lacks-permission": "Heeft de permissie voor de mailing niet.", "Lacks the permission for the mailing.", "Leg de toestemming van de persoon vast, als die er is.", "Record the person's opt-in, if there is one.";
    NOT_IN_STEP = "not-in-step": "Kon niet worden toegevoegd of bijgewerkt in Spotler.", "Could not be added or updated in Spotler.", "Kijk in de geschiedenis van het record.", "Look at the history of the record.";
    RULE_FEED_READ = "feed-read-first": "Eerst gelezen wat er in Spotler is gewijzigd.", "Read first what changed in Spotler.", "", "";

    LIST_MADE = "list-made": "Lijst gemaakt in Spotler: {members} leden, {left-out} weggelaten.", "List made in Spotler: {members} members, {left-out} left out.", "", "";
    LIST_EXTENDED = "list-extended": "Lijst aangevuld in Spotler: {added} erbij, {members} leden, {left-out} weggelaten.", "Members added to the list in Spotler: {added} new, {members} in all, {left-out} left out.", "", "";
    LIST_REPLACED = "list-replaced": "Lijst in Spotler verwijderd en opnieuw gemaakt, omdat Spotler een statische lijst niet kan hernoemen of inkorten: {members} leden, {added} erbij, {removed} eraf, {left-out} weggelaten.", "List deleted in Spotler and made anew, because Spotler can neither rename a static list nor take members off it: {members} members, {added} new, {removed} gone, {left-out} left out.", "", "";
    LIST_AMENDED = "list-amended": "Audience bijgewerkt in Spotler: {members} leden, {added} erbij, {removed} eraf, {left-out} weggelaten.", "Audience updated in Spotler: {members} members, {added} new, {removed} gone, {left-out} left out.", "", "";
    LIST_IN_STEP = "list-in-step": "De lijst in Spotler klopt al: {members} leden, {left-out} weggelaten.", "The list in Spotler is right already: {members} members, {left-out} left out.", "", "";
    LIST_REMOVED = "list-removed": "Lijst verwijderd uit Spotler.", "List removed in Spotler.", "", "";
    LIST_MEMBER_ADDED = "list-member-added": "Toegevoegd aan de lijst in Spotler.", "Added to the list in Spotler.", "", "";
    LIST_MEMBER_REMOVED = "list-member-removed": "Verwijderd uit de audience in Spotler.", "Taken off the audience in Spotler.", "", "";
    LIST_MEMBER_LEFT_OUT = "list-member-left-out": "Niet toegevoegd aan de lijst in Spotler: {why}.", "Not added to the list in Spotler: {why}.", "Kijk op de kaart van het record waarom.", "See on the record's page why.";
    LIST_NOT_SENT = "list-not-sent": "Alleen opgeslagen; in Spotler verandert de lijst pas na een synchronisatie.", "Only saved; the list in Spotler changes with the next sync.", "Synchroniseer de lijst met Spotler.", "Sync the list to Spotler.";
    LIST_NOT_THERE = "list-not-in-spotler": "De lijst staat niet in Spotler; er is niets verstuurd.", "The list is not in Spotler; nothing was sent.", "Synchroniseer de lijst met Spotler.", "Sync the list to Spotler.";
    LIST_NAME_TAKEN = "list-name-in-use": "Een andere lijst in Spotler heeft deze naam al.", "Another list in Spotler has this name already.", "Geef de lijst een andere naam en synchroniseer opnieuw.", "Give the list another name, and sync it again.";
    LIST_NAME_BAD = "list-name-invalid": "De naam van een lijst heeft 1 tot 255 tekens.", "The name of a list has 1 to 255 characters.", "Geef de lijst een andere naam.", "Give the list another name.";
    LIST_TOO_MANY = "too-many-lists": "Spotler heeft geen plaats voor nog een lijst.", "Spotler has no room for another list.", "Verwijder in Spotler lijsten die niet meer nodig zijn, en synchroniseer opnieuw.", "Delete lists in Spotler that are not needed any more, and sync again.";
    LIST_IN_USE = "list-in-use": "De lijst is in Spotler in gebruik en blijft staan; over een uur wordt het opnieuw geprobeerd.", "The list is in use in Spotler and stands; it is tried again in an hour.", "Wacht tot de mailing weg is, of haal de lijst uit mailing of dynamische lijst.", "Wait until the mailing is sent, or take the list out of the mailing or dynamic list.";
    LIST_GONE = "list-gone-from-spotler": "De lijst is in Spotler verwijderd.", "The list was deleted in Spotler.", "Synchroniseer de lijst opnieuw met Spotler.", "Sync the list to Spotler again.";
    LIST_GONE_STARTED_OVER = "list-gone-started-over": "De lijst is tijdens de synchronisatie in Spotler verwijderd; de synchronisatie begint opnieuw.", "The list was deleted in Spotler during the sync; the sync begins anew.", "", "";
    LIST_MIXED = "list-of-several-kinds": "De lijst bevat records van een ander soort dan waarvoor zij is.", "The list holds records of another kind than it is for.", "Haal die records van de lijst.", "Take those records off the list.";
    LIST_FIXED = "list-not-extendable": "Een lijst in Spotler wordt hier nooit gewijzigd: elke export gaat naar een nieuwe lijst.", "A list in Spotler is never changed here: every export goes to a new list.", "Geef de lijst een nieuwe naam en synchroniseer.", "Give the list a new name, and sync it.";
    LIST_REFUSED = "list-refused": "Spotler weigert de lijst.", "Spotler refuses the list.", "Kijk in Spotler bij Lijsten.", "Look in Spotler under Lists.";
    PARAMETER_MISSING = "parameter-missing": "De opdracht mist een gegeven: {parameter}.", "The operation lacks a parameter: {parameter}.", "", "";
    LOG_LIST_IN_USE = "log-list-in-use": "Lijst {list} is in Spotler in gebruik en blijft staan.", "List {list} is in use in Spotler and stands.", "", "";

    RULE_EXPLICIT_CONSENT = "only-explicit-opt-ins": "Alleen permissies waarvoor het CRM een opt-in heeft.", "Only permissions for which the CRM has an opt-in.", "", "";
    RULE_MAPPED_ONLY = "only-mapped-fields": "Naar Spotler gaan: {sent}. Alleen in het CRM: {kept}.", "Sent to Spotler: {sent}. In the CRM only: {kept}.", "", "";
    RULE_LOOKED = "looked-first": "Eerst in Spotler gekeken.", "Looked in Spotler first.", "", "";
    RULE_WITHDRAWN = "permission-withdrawn": "Permissie in Spotler uitgezet; overgenomen in het CRM.", "Permission switched off in Spotler; taken over in the CRM.", "", "";
    RULE_OPTED_IN = "permission-taken-over": "Permissie in Spotler aangezet; overgenomen in het CRM.", "Permission switched on in Spotler; taken over in the CRM.", "", "";
    RULE_HELD = "permission-held": "Permissie blijft uit tot er een nieuwere opt-in is.", "Permission stays off until there is a newer opt-in.", "", "";
    RULE_LEFT_OUT = "value-left-out": "Waarde past niet bij het veld in Spotler en is weggelaten: {property}.", "Value does not fit Spotler's field and was left out: {property}.", "", "";
    RULE_FOUND = "matched-by-address": "Gevonden op e-mailadres.", "Found by e-mail address.", "", "";
    RULE_CREATED_ONLY = "create-only": "Toegevoegd zonder een bestaand contact te wijzigen.", "Added without changing an existing contact.", "", "";
    RULE_TOMBSTONE = "opt-out-remembered": "De afmelding wordt onthouden, ook na leegmaken.", "The opt-out is remembered, also after blanking.", "", "";
    RULE_CRM_OPT_OUT = "opted-out-in-crm": "Afgemeld in het CRM: permissies uit, gegevens blijven bijgewerkt.", "Opted out in the CRM: permissions off, data is kept in step.", "", "";
    RULE_LOOKED_AFTER = "looked-afterwards": "Na het aanzetten nog eens gekeken.", "Looked once more after switching on.", "", "";
    RULE_REPAIRED = "repaired": "Afmelding tijdens het versturen: weer uitgezet.", "Opt-out while sending: switched off again.", "", "";

    NO_PERMISSIONS = "no-permissions": "Het Spotler-account heeft geen permissies.", "The Spotler account has no permissions.", "Maak in Spotler minstens één permissie.", "Make at least one permission in Spotler.";
    NO_PERMISSION_ON = "no-permission-on": "Zonder permissie in Spotler; krijgt geen mailing.", "In Spotler without a permission; gets no mailing.", "", "";
    TASK_BOUNCE = "task-bounce": "E-mailadres {address} bouncet ({bounce}). Controleer het adres.", "E-mail address {address} bounces ({bounce}). Check the address.", "", "";
    TASK_INACTIVE = "task-inactive": "Inactief in Spotler, reden onbekend. Kijk in Spotler en zet zo nodig de opt-out.", "Inactive in Spotler, reason unknown. Look in Spotler, and set the opt-out if need be.", "", "";
    LOG_GATE_CLOSED = "log-gate-closed": "Kenmerk Spotler weggehaald bij {record}; permissies in Spotler blijven staan.", "Spotler attribute removed from {record}; permissions in Spotler stay.", "", "";
    LOG_NO_CONSENT = "log-consent-missing": "Overgeslagen: {record}. Het CRM heeft geen toestemming voor permissie {bit}.", "Left out: {record}. The CRM holds no opt-in for permission {bit}.", "", "";
    LOG_NO_PRIMARY = "log-no-primary": "Module-veld gewijzigd, maar relatie {relation} heeft geen primaire contactpersoon.", "Module field changed, but relation {relation} has no primary contact.", "", "";
    TASK_FOLLOW_UP = "task-follow-up": "Bel: {rule}.", "Call: {rule}.", "", "";
    LOG_FEEDBACK = "log-feedback-left-out": "Terugkoppeling uit Spotler ontbreekt: {part} (status {status}).", "Feedback of Spotler is missing: {part} (status {status}).", "Vraag Spotler of dit bij uw product hoort.", "Ask Spotler whether this belongs to your product.";
    LOG_EXPORT_WAITS = "log-export-waits": "Campagne {campaign}: {selected} relaties, wacht op de avond ({opens-at}).", "Campaign {campaign}: {selected} relations, waits for the evening ({opens-at}).", "", "";
    LOG_EXPORT_STARTED = "log-export-started": "Campagne {campaign}: export van {selected} relaties gestart.", "Campaign {campaign}: export of {selected} relations started.", "", "";
    LOG_EXPORT_PROGRESS = "log-export-progress": "Campagne {campaign}: {done} van {total}.", "Campaign {campaign}: {done} of {total}.", "", "";
    LOG_EXPORT_FINISHED = "log-export-finished": "Campagne {campaign}: klaar, {exported} relaties geëxporteerd, {left-out} overgeslagen.", "Campaign {campaign}: finished, {exported} relations exported, {left-out} left out.", "", "";
    LOG_EXPORT_FAILED = "log-export-failed": "Campagne {campaign}: export mislukt ({reason}).", "Campaign {campaign}: export failed ({reason}).", "", "";
    LOG_EXPORT_LIST_USED = "log-export-list-used": "Campagne {campaign}: de lijst is al in gebruik en kon niet opnieuw worden gemaakt; controleer wie erop staat.", "Campaign {campaign}: the list is in use already and could not be made anew; check who is on it.", "", "";
    LOG_LIST_RENAMED = "log-list-renamed": "Lijst {list} heet in Spotler anders; terugkoppeling van campagne {campaign} werkt niet meer.", "List {list} has another name in Spotler; feedback for campaign {campaign} no longer works.", "Geef de lijst in Spotler haar naam terug.", "Give the list its name back in Spotler.";
    LOG_LIST_REMOVED = "log-list-removed": "Lijst {list} is in Spotler verwijderd; terugkoppeling van campagne {campaign} werkt niet meer.", "List {list} was removed in Spotler; feedback for campaign {campaign} no longer works.", "Exporteer de campagne opnieuw als dat nodig is.", "Export the campaign again if need be.";
    LOG_LIST_BACK = "log-list-back": "Lijst {list} van campagne {campaign} heet in Spotler weer zoals gemaakt.", "List {list} of campaign {campaign} has its own name again in Spotler.", "", "";
    TASK_CAMPAIGN = "task-campaign": "Campagne {campaign} staat klaar in Spotler, lijst {list} ({exported} relaties): maak en verstuur daar de mailing.", "Campaign {campaign} is ready in Spotler, list {list} ({exported} relations): make and send the mailing there.", "", "";
    NOTIFY_EXPORT_WAITS = "notify-export-waits": "Campagne {campaign} met {selected} relaties wordt 's avonds uitgevoerd, vanaf {opens-at}. Met hooguit 2.500 relaties zou zij meteen zijn uitgevoerd.", "Campaign {campaign} with {selected} relations runs in the evening, from {opens-at} on. With 2,500 relations at most it would run at once.", "", "";
    NOTIFY_EXPORTED = "notify-exported": "Campagne {campaign}: lijst {list} staat in Spotler met {exported} relaties; {left-out} overgeslagen.", "Campaign {campaign}: list {list} is in Spotler with {exported} relations; {left-out} left out.", "", "";
    NOTIFY_EXPORT_FAILED = "notify-export-failed": "Campagne {campaign} kon niet naar Spotler ({reason}).", "Campaign {campaign} could not be exported to Spotler ({reason}).", "Kijk in de wachtrij wat er moet gebeuren.", "See in the queue what has to be done.";
    NOTIFY_STOPPED = "notify-stopped": "De koppeling met Spotler is gestopt: key of secret geweigerd.", "The connection with Spotler was stopped: key or secret refused.", "Sla de juiste key en het juiste secret op.", "Save the right key and secret.";

    JOURNEY_STARTED = "journey-started": "{journey} is gestart.", "{journey} was started.", "", "";
    JOURNEY_STOPPED = "journey-stopped": "{journey} is gestopt.", "{journey} was stopped.", "", "";
    JOURNEYS_DONE = "journeys-done": "Klaar: {done} gedaan, {skipped} overgeslagen, {refused} mislukt.", "Finished: {done} done, {skipped} left out, {refused} failed.", "Zie de resultaten per record.", "See the result of each record.";
    JOURNEYS_LISTED = "journeys-listed": "Automations en campagnes opgehaald: {journeys}.", "Automations and campaigns listed: {journeys}.", "", "";
    JOURNEY_SETTINGS_KEPT = "journey-settings-kept": "Instellingen voor automations opgeslagen: {bindings} koppelingen aan gebeurtenissen.", "Settings for journeys saved: {bindings} bindings to events.", "", "";
    BAD_JOURNEY_SETTINGS = "journey-settings-invalid": "De instellingen voor automations kunnen zo niet: {faults}.", "The settings for journeys cannot work: {faults}.", "Verbeter wat genoemd is.", "Correct what is named.";
    NOT_BOUND = "not-bound": "Aan deze gebeurtenis ({status}) is niets gekoppeld.", "Nothing is bound to this event ({status}).", "", "";
    ALREADY_STARTED = "already-started": "Hiervoor al eens gestart; niet nog eens.", "Was started for this before; not once more.", "", "";
    START_NOTED = "start-noted": "De start is eerst genoteerd.", "The start was noted first.", "", "";
    START_UNSURE = "start-unsure": "Of {journey} gestart is, is niet zeker: Spotler gaf geen volledig antwoord. Er wordt niet vanzelf nog eens gestart.", "Whether {journey} was started is not certain: Spotler gave no whole answer. It is not started again by itself.", "Kijk in Spotler. Start opnieuw, of geef aan dat het gestart is.", "Look in Spotler. Start it again, or say that it was started.";
    START_ASSUMED = "start-assumed": "{journey} geldt als gestart, zegt een gebruiker.", "{journey} counts as started, a user says.", "", "";
    NOTHING_UNSURE = "nothing-unsure": "Er is geen onzekere start van {journey}.", "No start of {journey} is uncertain.", "", "";
    JOURNEY_INACTIVE = "journey-inactive": "{journey} staat uit in Spotler.", "{journey} is switched off in Spotler.", "Zet de automation of campagne in Spotler aan.", "Switch the automation or campaign on in Spotler.";
    JOURNEY_NO_MESSAGE = "journey-without-message": "In {journey} ontbreekt een bericht.", "{journey} lacks a message.", "Maak het bericht in Spotler.", "Make the message in Spotler.";
    JOURNEY_LIMIT = "participation-limit": "Doet al zo vaak mee aan {journey} als mag.", "Takes part in {journey} as often as allowed already.", "", "";
    JOURNEY_ALREADY_IN = "already-in-journey": "Doet al mee aan {journey}, of heeft dat gedaan.", "Takes part in {journey} already, or has.", "", "";
    JOURNEY_NOT_IN_SELECTION = "not-in-selection": "Valt niet in de selectie van {journey}.", "Is not in the selection of {journey}.", "", "";
    JOURNEY_REFUSED = "journey-refused": "Spotler weigert {journey} ({error}).", "Spotler refuses {journey} ({error}).", "Neem contact op met de beheerder.", "Ask the administrator.";
    NOT_IN_JOURNEY = "not-in-journey": "Doet niet mee; er is niets te stoppen.", "Takes no part; there is nothing to stop.", "", "";
    NO_JOURNEY_AFTER_OPT_OUT = "no-journey-after-opt-out": "Afgemeld in het CRM; er wordt niets gestart.", "Opted out in the CRM; nothing is started.", "", "";
    TRIGGER_NOT_FOUND = "trigger-not-found": "Spotler kent de triggercode van {journey} niet.", "Spotler does not know the trigger code of {journey}.", "Haal de automations opnieuw op, of controleer de code.", "List the automations anew, or check the code.";
    TRIGGER_MISSING = "trigger-code-missing": "Er is geen triggercode opgegeven.", "No trigger code was given.", "Kies een automation of campagne.", "Choose an automation or a campaign.";
    CONTACT_NOT_IN_SPOTLER = "contact-not-in-spotler": "Spotler kent het contact niet; {journey} is niet gestart.", "Spotler does not know the contact; {journey} was not started.", "Kijk in Spotler.", "Look in Spotler.";
    PRODUCT_UNKNOWN = "product-unknown": "Spotler kent een van de producten niet; {journey} is niet gestart.", "Spotler does not know one of the products; {journey} was not started.", "Controleer de productsynchronisatie van de webshop.", "Check the shop's synchronisation of products.";
    PARTICIPATION_UNKNOWN = "participation-unknown": "Deze deelname is hier niet bekend.", "This participation is not known here.", "Stop alle deelnames van het contact.", "Stop all participations of the contact.";
    MESSAGE_FIELD_REFUSED = "message-field-refused": "Een veld van het bericht kan zo niet ({field}); {journey} is niet gestart.", "A field of the message cannot work ({field}); {journey} was not started.", "Verbeter het veld.", "Correct the field.";
    TOO_MANY_JOURNEYS = "too-many-journeys": "Meer dan tien automations in een opdracht.", "More than ten journeys in one operation.", "", "";
    RULE_SYNCED_FIRST = "synced-first": "Eerst gesynchroniseerd, dan gestart.", "Synced first, then started.", "", "";
    RULE_FIELD_EMPTY = "field-empty": "Veld van het bericht is leeg en niet meegestuurd: {field}.", "Field of the message is empty and was not sent: {field}.", "", "";
    TASK_START_UNSURE = "task-start-unsure": "Is {journey} gestart? Kijk in Spotler, en start opnieuw of geef aan dat het gestart is.", "Was {journey} started? Look in Spotler, and start it again or say that it was.", "", "";
    LOG_JOURNEYS_MISSING = "log-journeys-missing": "Spotler geeft geen lijst van soort {kind} ({status}); codes kunnen met de hand worden ingevuld.", "Spotler gives no list of kind {kind} ({status}); codes can be entered by hand.", "", "";
    LOG_OWN_CONFIRMATION = "log-own-confirmation": "Bij {binding} stuurt ook het CRM zelf een bevestiging; de ontvanger krijgt er twee.", "With {binding} the CRM sends a confirmation as well; the recipient gets two.", "Zet de bevestiging van het CRM uit.", "Switch the CRM's confirmation off.";
}

/// The code of this text, if it is one of ours.
pub fn known(text: &str) -> Option<&'static str> {
    all().into_iter().map(|it| it.code).find(|it| *it == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C27
    #[test]
    fn every_code_is_kebab_case_stands_once_and_has_both_languages() {
        let all = all();
        for text in &all {
            assert!(
                text.code
                    .bytes()
                    .all(|it| it.is_ascii_lowercase() || it == b'-'),
                "{}",
                text.code
            );
            assert!(!text.nl.is_empty() && !text.en.is_empty(), "{}", text.code);
            assert_eq!(
                text.next_nl.is_empty(),
                text.next_en.is_empty(),
                "{}",
                text.code
            );
            assert_eq!(
                all.iter().filter(|it| it.code == text.code).count(),
                1,
                "{}",
                text.code
            );
        }
    }

    #[test]
    fn both_languages_name_the_same_facts() {
        let facts = |text: &str| {
            let mut facts: Vec<String> = text
                .split('{')
                .skip(1)
                .filter_map(|it| it.split('}').next())
                .map(str::to_owned)
                .collect();
            facts.sort();
            facts
        };
        for text in all() {
            assert_eq!(facts(text.nl), facts(text.en), "{}", text.code);
        }
    }
}
