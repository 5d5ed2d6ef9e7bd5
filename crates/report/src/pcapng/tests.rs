use std::net::SocketAddr;

use etherparse::{NetSlice, SlicedPacket, TcpSlice, TransportSlice};
use wscheck_suite::evidence::Evidence;
use wscheck_suite::log::{Log, RowKind};
use wscheck_suite::octets::Octets;
use wscheck_suite::result::RunResult;
use wscheck_suite::transcript::ConnectionRecord;
use wscheck_wire::{Eof, Moment, Role};

use super::*;
use crate::sample;

/// The blocks of a file: their types and bodies.
fn blocks(mut file: &[u8]) -> Vec<(u32, Vec<u8>)> {
    let word = |octets: &[u8]| u32::from_le_bytes(octets[..4].try_into().unwrap());
    let mut blocks = Vec::new();
    while !file.is_empty() {
        let length = word(&file[4..]) as usize;
        assert_eq!(length % 4, 0);
        assert_eq!(word(&file[length - 4..]) as usize, length);
        blocks.push((word(file), file[8..length - 4].to_vec()));
        file = &file[length..];
    }
    blocks
}

/// The packets of a file.
fn packets(file: &[u8]) -> Vec<Vec<u8>> {
    let packets = blocks(file).into_iter().filter(|(kind, _)| *kind == 6);
    let packet = |body: Vec<u8>| {
        let length = u32::from_le_bytes(body[12..16].try_into().unwrap()) as usize;
        body[20..20 + length].to_vec()
    };
    packets.map(|(_, body)| packet(body)).collect()
}

/// A packet in words: who, its flags and numbers, its octets.
fn told(packet: &[u8]) -> String {
    let sliced = SlicedPacket::from_ip(packet).unwrap();
    let Some(TransportSlice::Tcp(tcp)) = &sliced.transport else {
        panic!("no TCP");
    };
    let right = match &sliced.net {
        Some(NetSlice::Ipv4(ip)) => {
            let ip = ip.header();
            assert_eq!(ip.header_checksum(), ip.to_header().calc_header_checksum());
            tcp.calc_checksum_ipv4(ip.source(), ip.destination())
        }
        Some(NetSlice::Ipv6(ip)) => {
            let ip = ip.header();
            tcp.calc_checksum_ipv6(ip.source(), ip.destination())
        }
        _ => panic!("no IP"),
    };
    assert_eq!(tcp.checksum(), right.unwrap());
    in_words(tcp)
}

fn in_words(tcp: &TcpSlice<'_>) -> String {
    let flags = [
        (tcp.syn(), 'S'),
        (tcp.fin(), 'F'),
        (tcp.rst(), 'R'),
        (tcp.psh(), 'P'),
        (tcp.ack(), '.'),
    ];
    let flags: String = flags.iter().filter(|(set, _)| *set).map(|f| f.1).collect();
    format!(
        "{}>{} {flags} {}:{} {}",
        tcp.source_port(),
        tcp.destination_port(),
        tcp.sequence_number(),
        tcp.acknowledgment_number(),
        match tcp.payload().len() {
            0..20 => String::from_utf8_lossy(tcp.payload()).into_owned(),
            many => many.to_string(),
        }
    )
}

fn info(client: &str, server: &str) -> StreamInfo {
    StreamInfo {
        interface: Interface::Tcp,
        client: client.parse().unwrap(),
        server: server.parse::<SocketAddr>().unwrap(),
        began: SystemTime::UNIX_EPOCH + Duration::from_nanos(0x1_0000_0002),
        comment: "case 1.1.1".to_owned(),
    }
}

#[test]
fn a_connection_is_tcp_from_its_handshake_to_its_end() {
    for (client, server) in [("10.0.0.1:1000", "10.0.0.2:80"), ("[::1]:1000", "[::2]:80")] {
        let mut to = Pcapng::new(Vec::new(), "wscheck").unwrap();
        let mut stream = TcpStream::open(&info(client, server), &mut to).unwrap();
        let at = Duration::from_millis(1);
        stream.octets(Role::Client, at, b"GET", &mut to).unwrap();
        let long = vec![7; MAX_READ];
        stream.octets(Role::Server, at, &long, &mut to).unwrap();
        stream.fin(Role::Server, at, &mut to).unwrap();
        stream.octets(Role::Client, at, b"bye", &mut to).unwrap();
        stream.fin(Role::Client, at, &mut to).unwrap();
        stream.fin(Role::Client, at, &mut to).unwrap();
        let file = to.into_inner();
        assert!(packets(&file).iter().all(|packet| packet.len() < 65_536));
        let told: Vec<String> = packets(&file).iter().map(|p| told(p)).collect();
        assert_eq!(
            told,
            [
                "1000>80 S 0:0 ",
                "80>1000 S. 0:1 ",
                "1000>80 . 1:1 ",
                "1000>80 P. 1:1 GET",
                "80>1000 P. 1:4 61440",
                "80>1000 P. 61441:4 4096",
                "80>1000 F. 65537:4 ",
                "1000>80 . 4:65538 ",
                "1000>80 P. 4:65538 bye",
                "1000>80 F. 7:65538 ",
                "80>1000 . 65538:8 ",
            ]
        );
    }
}

/// The most octets of one read of the driver.
const MAX_READ: usize = 64 * 1024;

#[test]
fn nothing_comes_after_a_reset() {
    let mut to = Pcapng::new(Vec::new(), "wscheck").unwrap();
    let mut stream = TcpStream::open(&info("1.1.1.1:2", "1.1.1.2:80"), &mut to).unwrap();
    let at = Duration::ZERO;
    stream.reset(Role::Server, at, &mut to).unwrap();
    stream.octets(Role::Client, at, b"late", &mut to).unwrap();
    stream.fin(Role::Client, at, &mut to).unwrap();
    let packets = packets(&to.into_inner());
    assert_eq!(told(packets.last().unwrap()), "80>2 R. 1:1 ");
}

#[test]
fn an_interface_is_described_once_before_its_first_packet() {
    let mut to = Pcapng::new(Vec::new(), "wscheck").unwrap();
    for interface in [Interface::Tls, Interface::Tcp, Interface::Tls] {
        let mut info = info("1.1.1.1:2", "1.1.1.2:443");
        info.interface = interface;
        TcpStream::open(&info, &mut to).unwrap();
    }
    let blocks = blocks(&to.into_inner());
    let kinds: Vec<u32> = blocks.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [0x0a0d_0d0a, 1, 6, 6, 6, 1, 6, 6, 6, 6, 6, 6]);
    let has = |block: usize, text: &str| {
        let body = String::from_utf8_lossy(&blocks[block].1);
        assert!(body.contains(text), "{body}");
    };
    has(1, "THE PLAINTEXT of TLS");
    has(2, "case 1.1.1");
    // 0x1_0000_0002 ns, its upper half first; the third stream is of the first interface.
    assert_eq!(blocks[2].1[4..12], [1, 0, 0, 0, 2, 0, 0, 0]);
    let interfaces: Vec<u8> = [2, 6, 9].map(|at: usize| blocks[at].1[0]).into();
    assert_eq!(interfaces, [0, 1, 0]);
}

fn stored(rows: Vec<RowKind>, request: &[u8]) -> RunResult {
    let mut log = Log::default();
    for row in rows {
        log.push(Moment::from_micros(5), false, row);
    }
    let mut evidence = Evidence::default();
    evidence.opening.request = Octets(request.to_vec());
    let mut result = sample::result("alpha", "1.1.1");
    result.transcript.connections = vec![ConnectionRecord { evidence, log }];
    RunResult {
        run: sample::run(&["alpha"]),
        cases: vec![result],
    }
}

fn sent(octets: &[u8], length: u64) -> RowKind {
    RowKind::OctetsSent {
        length,
        octets: Octets(octets.to_vec()),
        sync: false,
    }
}

fn written(stored: &RunResult) -> (Vec<Untold>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.pcapng");
    let untold = write_stored(&path, stored).unwrap();
    let file = std::fs::read(path).unwrap();
    (untold, packets(&file).iter().map(|p| told(p)).collect())
}

#[test]
fn complete_logs_become_packets() {
    let request = [b'G'; 300];
    let rows = vec![
        sent(&request[..256], 300),
        RowKind::OctetsReceived {
            length: 3,
            octets: Octets(b"101".to_vec()),
        },
        sent(b"ab", 2),
        sent(b"ab", 2),
        RowKind::PeerEnded { how: Eof::Fin },
        RowKind::WeEnded { reset: true },
    ];
    let (untold, told) = written(&stored(rows, &request));
    assert_eq!(untold, []);
    assert_eq!(
        told[3..],
        [
            "49152>80 P. 1:1 300",
            "80>49152 P. 1:301 101",
            "49152>80 P. 301:4 ab",
            "49152>80 P. 303:4 ab",
            "80>49152 F. 4:305 ",
            "49152>80 . 305:5 ",
            "49152>80 R. 305:5 ",
        ]
    );
}

#[test]
fn what_a_log_lacks_is_told() {
    let why = |rows| {
        let (untold, packets) = written(&stored(rows, b"GET"));
        assert_eq!((untold.len(), packets.len()), (1, 0));
        assert_eq!(untold[0].play, "1.1.1 of alpha");
        untold[0].why.clone()
    };
    assert_eq!(
        why(vec![sent(b"GET", 3), sent(&[1; 256], 1000)]),
        "of 1000 octets its log has 256"
    );
    let folded = vec![sent(b"GET", 3); 1_000_002];
    assert_eq!(why(folded), "its log has folded 1000002 rows into one");
    let many = (0..10_000)
        .map(|n: u64| sent(&n.to_be_bytes(), 8))
        .collect();
    assert!(why(many).starts_with("its log has lost "));
}
