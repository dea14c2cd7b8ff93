//! Which network a request came from: the peer's, or what proxies that the publication trusts say of it.
//! Only the network is ever used, cut so that it names no person; the whole address goes no further.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// What is kept of an address: a network of this many bits.
const V4_BITS: u8 = 24;
const V6_BITS: u8 = 56;
/// What proxies write whom they ask for into; each appends the address that it saw.
const FORWARDED: &str = "x-forwarded-for";
/// More hops than anybody has.
const MAX_HOPS: usize = 32;

/// Whom a connection is with, put into each of its requests by the door.
#[derive(Debug, Clone, Copy)]
pub(super) struct PeerAddress(pub(super) IpAddr);

/// The network of whoever asks: the last address that no trusted proxy has, cut.
pub(super) fn of_request(
    peer: Option<PeerAddress>,
    headers: &HeaderMap,
    trusted: &[IpNet],
) -> String {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
    cut(client(peer.to_canonical(), headers, trusted))
}

fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(&address));
    let lines = headers.get_all(FORWARDED).iter();
    let lines: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    let hops = lines.iter().rev().flat_map(|line| line.rsplit(','));
    let mut nearest = peer;
    for hop in hops.take(MAX_HOPS) {
        // What a stranger wrote there himself is never reached: a trusted proxy named him after it.
        let (true, Some(address)) = (is_trusted(nearest), parsed(hop.trim())) else {
            break;
        };
        nearest = address;
    }
    nearest
}

/// `192.0.2.1`, `192.0.2.1:4711`, `[2001:db8::1]:4711`.
fn parsed(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = bare.parse().ok();
    let with_port = || hop.parse().ok().map(|it: std::net::SocketAddr| it.ip());
    address
        .or_else(with_port)
        .map(|address| address.to_canonical())
}

/// `192.0.2.0/24`, `2001:db8:0:100::/56`.
pub(super) fn cut(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX << (32 - V4_BITS);
            format!("{}/{V4_BITS}", Ipv4Addr::from(u32::from(v4) & mask))
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX << (128 - V6_BITS);
            format!("{}/{V6_BITS}", Ipv6Addr::from(u128::from(v6) & mask))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED, line.parse().unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let peer = PeerAddress(peer.parse().unwrap());
        of_request(Some(peer), &headers, &trusted)
    }

    #[test]
    fn only_a_trusted_proxy_says_who_asks() {
        let proxy = &["127.0.0.0/8", "10.0.0.0/8", "2001:db8:ffff::/48"];
        for (peer, forwarded, trusted, network) in [
            ("198.51.100.7", &[][..], &proxy[..], "198.51.100.0/24"),
            // A stranger's own claim counts for nothing.
            (
                "198.51.100.7",
                &["203.0.113.9"],
                &proxy[..],
                "198.51.100.0/24",
            ),
            ("127.0.0.1", &["203.0.113.9"], &[], "127.0.0.0/24"),
            ("127.0.0.1", &["203.0.113.9"], &proxy[..], "203.0.113.0/24"),
            (
                "127.0.0.1",
                &["192.0.2.1, 203.0.113.9"],
                &proxy[..],
                "203.0.113.0/24",
            ),
            (
                "127.0.0.1",
                &["192.0.2.1", "203.0.113.9, 10.1.1.1"],
                &proxy[..],
                "203.0.113.0/24",
            ),
            // What is no address ends the chain where it is.
            (
                "127.0.0.1",
                &["203.0.113.9, unknown, 10.1.1.1"],
                &proxy[..],
                "10.1.1.0/24",
            ),
            ("127.0.0.1", &["unknown"], &proxy[..], "127.0.0.0/24"),
            (
                "127.0.0.1",
                &["203.0.113.9:4711"],
                &proxy[..],
                "203.0.113.0/24",
            ),
            (
                "2001:db8:ffff::1",
                &["[2001:db8:1:1ff:5::7]:443"],
                &proxy[..],
                "2001:db8:1:100::/56",
            ),
            // An IPv4 address in IPv6's clothes is one.
            ("::ffff:198.51.100.7", &[], &proxy[..], "198.51.100.0/24"),
            (
                "::ffff:127.0.0.1",
                &["::ffff:203.0.113.9"],
                &proxy[..],
                "203.0.113.0/24",
            ),
        ] {
            assert_eq!(
                seen(peer, forwarded, trusted),
                network,
                "{peer} {forwarded:?}"
            );
        }
    }
}
