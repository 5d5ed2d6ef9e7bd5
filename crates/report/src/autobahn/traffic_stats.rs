//! What compression came to, in the file of a case of sections 12 and 13.

use serde::Serialize;
use wscheck_suite::evidence::Traffic;

/// The fields stand in the order of the keys that they are written under.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrafficStats {
    incoming_compression_ratio: Option<f64>,
    incoming_octets_app_level: u64,
    incoming_octets_web_socket_level: u64,
    incoming_octets_wire_level: u64,
    incoming_web_socket_frames: u64,
    incoming_web_socket_messages: u64,
    incoming_web_socket_overhead: Option<f64>,
    outgoing_compression_ratio: Option<f64>,
    outgoing_octets_app_level: u64,
    outgoing_octets_web_socket_level: u64,
    outgoing_octets_wire_level: u64,
    outgoing_web_socket_frames: u64,
    outgoing_web_socket_messages: u64,
    outgoing_web_socket_overhead: Option<f64>,
    preopen_incoming_octets_wire_level: u64,
    preopen_outgoing_octets_wire_level: u64,
}

impl From<&Traffic> for TrafficStats {
    fn from(traffic: &Traffic) -> Self {
        let Traffic {
            incoming, outgoing, ..
        } = traffic;
        Self {
            incoming_compression_ratio: incoming.compression_ratio(),
            incoming_octets_app_level: incoming.message_octets,
            incoming_octets_web_socket_level: incoming.frame_octets,
            incoming_octets_wire_level: incoming.wire_octets,
            incoming_web_socket_frames: incoming.frames,
            incoming_web_socket_messages: incoming.messages,
            incoming_web_socket_overhead: incoming.overhead(),
            outgoing_compression_ratio: outgoing.compression_ratio(),
            outgoing_octets_app_level: outgoing.message_octets,
            outgoing_octets_web_socket_level: outgoing.frame_octets,
            outgoing_octets_wire_level: outgoing.wire_octets,
            outgoing_web_socket_frames: outgoing.frames,
            outgoing_web_socket_messages: outgoing.messages,
            outgoing_web_socket_overhead: outgoing.overhead(),
            preopen_incoming_octets_wire_level: traffic.incoming_before_open,
            preopen_outgoing_octets_wire_level: traffic.outgoing_before_open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wscheck_suite::evidence::Flow;

    #[test]
    fn ratios_are_of_what_there_was() {
        let traffic = Traffic {
            incoming: Flow {
                wire_octets: 45,
                frame_octets: 40,
                message_octets: 160,
                frames: 2,
                messages: 1,
            },
            ..Traffic::default()
        };
        let json = serde_json::to_value(TrafficStats::from(&traffic)).unwrap();
        assert_eq!(json["incomingCompressionRatio"], 0.25);
        assert_eq!(json["incomingWebSocketOverhead"], 0.125);
        assert_eq!(json["incomingOctetsWebSocketLevel"], 40);
        assert!(json["outgoingCompressionRatio"].is_null());
        assert_eq!(json["preopenOutgoingOctetsWireLevel"], 0);
    }

    /// The original sorts its keys.
    #[test]
    fn the_keys_are_sorted() {
        let text = serde_json::to_string(&TrafficStats::from(&Traffic::default())).unwrap();
        let keys: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(keys.len(), 16);
    }
}
