//! The ways in which the reference proxy can be wrong.

/// One way in which a proxy is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProxyFault {
    /// It takes `Upgrade` for a field of one hop, and forgets to set its own.
    DropsTheUpgrade,
    /// It sets `Upgrade`, and no `Connection` that lists it.
    ForgetsConnection,
    /// It passes on the fields that `Connection` names.
    PassesOnHopFields,
    /// It makes a key of its own.
    ChangesTheKey,
    /// It asks for a version of its own.
    ChangesTheVersion,
    /// It takes away the subprotocols that are offered.
    DropsTheSubprotocols,
    /// It takes away the extensions that are offered.
    DropsTheExtensions,
    /// It keeps only the first of several lines with extensions.
    KeepsOneLineOfExtensions,
    /// It keeps only the first of several lines with subprotocols.
    KeepsOneLineOfSubprotocols,
    /// It takes the members of `Connection` to have a case.
    MindsTheCaseOfConnection,
    /// It takes away `Origin`.
    DropsTheOrigin,
    /// It takes away what it does not know.
    DropsUnknownFields,
    /// It takes away `Cookie`.
    DropsTheCookies,
    /// It sends `Host` twice.
    DoublesTheHost,
    /// It passes on `Keep-Alive`, `TE` and `Proxy-Connection` unless they are named.
    PassesOnKeepAlive,
    /// It computes the accept value of another key.
    ChangesTheAccept,
    /// It takes away `Upgrade` from the 101.
    DropsTheAnswersUpgrade,
    /// It takes away the subprotocol that was chosen.
    DropsTheAnswersSubprotocol,
    /// It takes away the extensions that were agreed to.
    DropsTheAnswersExtensions,
    /// It passes on the fields that `Connection` of the answer names.
    PassesOnTheAnswersHopFields,
    /// It keeps one of several fields of a name.
    KeepsOneOfSeveralCookies,
    /// It takes an interim answer for the last.
    TakesAnInterimAnswerForTheLast,
    /// It takes away what it does not know from the answer.
    DropsTheAnswersUnknownFields,
    /// It asks for an upgrade in the name of a client of HTTP/1.0.
    UpgradesHttp10,
    /// It asks for an upgrade that `Connection` does not name.
    UpgradesWithoutConnection,
    /// It loses what came in one segment with the 101.
    LosesWhatComesWithTheAnswer,
    /// It takes any answer to an upgrade for a 101.
    TunnelsAFailedUpgrade,
    /// It takes a 200 for a 101 where all else is as in one.
    TunnelsA200,
    /// It takes any answer to an upgrade to another protocol for a 101.
    TunnelsOtherProtocols,
    /// It sends on what comes with the request before there is an answer.
    SendsOnWhatComesEarly,
    /// It takes a 101 that nobody asked for at its word.
    TunnelsUnasked,
    /// It takes a 101 that does not say to what for one to WebSocket.
    TunnelsWithoutUpgrade,
    /// It turns every refusal into 502.
    Answers502ForARefusal,
    /// It takes away the body of a refusal.
    DropsTheBodyOfARefusal,
    /// It passes on what the upstream sends beyond its answer.
    PassesOnWhatNobodyAskedFor,
    /// It clears the reserved bits of the first frame.
    ClearsReservedBits,
    /// It masks the first frame by another key: the same message in another frame.
    MasksAnew,
    /// It takes the mask bit away.
    UnmasksFrames,
    /// It keeps pings to itself.
    SwallowsPings,
    /// It ends the tunnel at an opcode that it does not know.
    RefusesReservedOpcodes,
    /// It ends the tunnel at a text that is no UTF-8.
    RefusesWrongText,
    /// It ends the tunnel when it sees a Close.
    EndsAtAClose,
    /// It carries no more than 64 KiB.
    StopsAfter64Kib,
    /// It waits for more when little comes.
    HoldsBackShortWrites,
    /// The client ends its direction, and the upstream is not told.
    KeepsTheClientsEndToItself,
    /// The upstream ends its direction, and the client is not told.
    KeepsTheUpstreamsEndToItself,
    /// One side is reset, and the other is not told.
    KeepsAResetToItself,
    /// It ends both directions when one ends.
    EndsBothAtOnce,
    /// It resets where it should end.
    ResetsForAnEnd,
    /// It ends where it was reset.
    EndsForAReset,
}

impl ProxyFault {
    /// Every one.
    pub const ALL: &[Self] = &[
        Self::DropsTheUpgrade,
        Self::ForgetsConnection,
        Self::PassesOnHopFields,
        Self::ChangesTheKey,
        Self::ChangesTheVersion,
        Self::DropsTheSubprotocols,
        Self::DropsTheExtensions,
        Self::KeepsOneLineOfExtensions,
        Self::KeepsOneLineOfSubprotocols,
        Self::MindsTheCaseOfConnection,
        Self::DropsTheOrigin,
        Self::DropsUnknownFields,
        Self::DropsTheCookies,
        Self::DoublesTheHost,
        Self::PassesOnKeepAlive,
        Self::ChangesTheAccept,
        Self::DropsTheAnswersUpgrade,
        Self::DropsTheAnswersSubprotocol,
        Self::DropsTheAnswersExtensions,
        Self::PassesOnTheAnswersHopFields,
        Self::KeepsOneOfSeveralCookies,
        Self::TakesAnInterimAnswerForTheLast,
        Self::DropsTheAnswersUnknownFields,
        Self::UpgradesHttp10,
        Self::UpgradesWithoutConnection,
        Self::LosesWhatComesWithTheAnswer,
        Self::TunnelsAFailedUpgrade,
        Self::TunnelsA200,
        Self::TunnelsOtherProtocols,
        Self::SendsOnWhatComesEarly,
        Self::TunnelsUnasked,
        Self::TunnelsWithoutUpgrade,
        Self::Answers502ForARefusal,
        Self::DropsTheBodyOfARefusal,
        Self::PassesOnWhatNobodyAskedFor,
        Self::ClearsReservedBits,
        Self::MasksAnew,
        Self::UnmasksFrames,
        Self::SwallowsPings,
        Self::RefusesReservedOpcodes,
        Self::RefusesWrongText,
        Self::EndsAtAClose,
        Self::StopsAfter64Kib,
        Self::HoldsBackShortWrites,
        Self::KeepsTheClientsEndToItself,
        Self::KeepsTheUpstreamsEndToItself,
        Self::KeepsAResetToItself,
        Self::EndsBothAtOnce,
        Self::ResetsForAnEnd,
        Self::EndsForAReset,
    ];

    /// Its name: that of the variant, as in `drops-the-upgrade`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(letter.to_ascii_lowercase());
        }
        name
    }
}
