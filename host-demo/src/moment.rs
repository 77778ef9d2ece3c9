//! A moment as people read it, on the command line and on the pages.

/// A moment in UTC; a number that is none, as it stands.
pub(crate) fn moment(ms: u64) -> String {
    let moment = i64::try_from(ms)
        .ok()
        .and_then(|it| jiff::Timestamp::from_millisecond(it).ok());
    moment.map_or_else(
        || ms.to_string(),
        |it| it.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}
