//! The clock on the wall, and how results tell time.

use std::time::Duration;

use time::OffsetDateTime;

/// Now, as RFC 3339 has it, in UTC and with milliseconds:
/// `2026-01-31T23:59:59.042Z`.
pub fn timestamp() -> String {
    written(OffsetDateTime::now_utc())
}

/// A duration as results have it.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn written(moment: OffsetDateTime) -> String {
    let (date, time) = (moment.date(), moment.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.millisecond(),
    )
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::*;

    #[test]
    fn timestamps_are_rfc_3339() {
        let moment = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(951_782_400_042);
        assert_eq!(written(moment), "2000-02-29T00:00:00.042Z");
    }
}
