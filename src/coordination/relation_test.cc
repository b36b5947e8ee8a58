// Section 7 of docs/coordination.md: every row of the table, every mutation that its model was checked against, and the
// scenarios it came from.
#include "coordination/relation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/relation_testlib.h"

namespace tansiq::coordination {
namespace {

using relation_testing::answer;
using relation_testing::charter;
using relation_testing::Desk;
using relation_testing::kCentres;
using relation_testing::kFr;
using relation_testing::kIl;
using relation_testing::kRequest;
using relation_testing::kSeaShown;
using relation_testing::kShown;
using relation_testing::kUs;
using relation_testing::state_text;
using relation_testing::words;
using relation_testing::Written;
using ::testing::HasSubstr;

/// Both sides of the edges, and somebody who looks on; all begin with requests and disclosure at full.
class RelationsTest : public ::testing::Test {
 protected:
  core::Charter charter_ = charter({{kRequest, 1}, {kShown, 3}, {kSeaShown, 2}, {kCentres, 1}});
  Desk us_{kUs, charter_};
  Desk fr_{kFr, charter_};
  Desk il_{kIl, charter_};

  void all_read(const Written& entry) {
    for (Desk* desk : {&us_, &fr_, &il_}) {
      const auto odd = desk->read(entry);
      EXPECT_FALSE(odd.has_value()) << desk->relations.self().str() << ": " << odd->text;
    }
  }
  void expect_everywhere(const Edge& edge, std::int64_t level) const {
    for (const Desk* desk : {&us_, &fr_, &il_}) EXPECT_EQ(desk->level(edge), level) << desk->relations.self().str();
  }
};

// The table, row by row
// ------------------------------------------------------------------------------------------------------------

TEST_F(RelationsTest, FreezeIsInForceAtOnceAndNeedsACapBelowTheLevel) {
  const std::uint64_t before = us_.relations.revision();
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 1}}));
  EXPECT_EQ(us_.level(kShown), 1);
  EXPECT_EQ(fr_.level(kShown), 3) << "not read yet";
  EXPECT_NE(us_.relations.revision(), before);
  EXPECT_EQ(std::get<RelationFreeze>(freeze.body).edges.at(0).counter, 1);

  EXPECT_EQ(answer(us_.freeze(kFr, {{kShown, 1}})),
            "air disclosure from us to fr is at 1: a freeze lowers it, to 0 or less; to widen, propose");
  const Written second = us_.say(us_.freeze(kFr, {{kShown, 0}}));
  EXPECT_EQ(std::get<RelationFreeze>(second.body).edges.at(0).counter, 2);
  EXPECT_EQ(answer(us_.freeze(kFr, {{kShown, 0}})),
            "air disclosure from us to fr is at 0 already: there is nothing to freeze");
}

TEST_F(RelationsTest, FreezeIsOfEitherSideAndOfSeveralEdges) {
  const Written freeze = fr_.say(fr_.freeze(kUs, {{kShown, 0}, {kSeaShown, 1}}));
  all_read(freeze);
  expect_everywhere(kShown, 0);
  expect_everywhere(kSeaShown, 1);
  expect_everywhere(kRequest, 1);
}

TEST_F(RelationsTest, FreezeOfPeerCountsWhenReadAndOnlyOnce) {
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 1}}));
  all_read(freeze);
  expect_everywhere(kShown, 1);
  const std::string once = state_text(fr_.relations);
  all_read(freeze);
  EXPECT_EQ(state_text(fr_.relations), once);
}

TEST_F(RelationsTest, ProposeWidensAndHasNoEffectYet) {
  EXPECT_EQ(
      answer(us_.propose(kFr, {{kShown, 3}})),
      "air disclosure from us to fr is at 3 already: a proposal widens; to narrow, freeze (no agreement is needed)");
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  all_read(proposal);
  expect_everywhere(kShown, 3);
  EXPECT_EQ(std::get<RelationPropose>(proposal.body).edges.at(0).number, 1);
}

TEST_F(RelationsTest, ProposeIsTheFirstForItsNumberOrACounterHasMoved) {
  us_.say(us_.propose(kFr, {{kSeaShown, 3}}));
  EXPECT_THAT(answer(us_.propose(kFr, {{kSeaShown, 4}})), HasSubstr("is unanswered, and nobody has frozen since"));
  us_.read(fr_.say(fr_.freeze(kUs, {{kSeaShown, 0}})));
  EXPECT_EQ(answer(us_.propose(kFr, {{kSeaShown, 4}})), "done");
}

TEST_F(RelationsTest, ProposeIsNotLowerThanAnEarlierOneUnlessWeHaveFrozenSince) {
  us_.say(us_.propose(kFr, {{kSeaShown, 4}}));
  us_.read(fr_.say(fr_.freeze(kUs, {{kSeaShown, 0}})));
  EXPECT_EQ(answer(us_.propose(kFr, {{kSeaShown, 3}})),
            "sea disclosure from fr to us: level 3 is below the 4 that we proposed for agreement 1, and fr may still "
            "accept that; propose 4 or more, or freeze first");
  EXPECT_EQ(answer(us_.propose(kFr, {{kSeaShown, 4}})), "done");

  us_.say(us_.propose(kFr, {{kShown, 4}}));
  us_.say(us_.freeze(kFr, {{kShown, 0}}));
  EXPECT_EQ(answer(us_.propose(kFr, {{kShown, 2}})), "done");
}

TEST_F(RelationsTest, AProposalOfSeveralEdgesIsStaleAsAWhole) {
  us_.say(us_.propose(kFr, {{kShown, 4}, {kSeaShown, 3}}));
  EXPECT_THAT(answer(us_.propose(kFr, {{kShown, 4}})), HasSubstr("unanswered"));
  us_.read(fr_.say(fr_.freeze(kUs, {{kSeaShown, 0}})));
  EXPECT_EQ(answer(us_.propose(kFr, {{kShown, 4}})), "done") << "what was frozen no longer holds up the rest";
}

TEST_F(RelationsTest, AcceptIsTheSecondKeyAndInForceAtOnce) {
  all_read(us_.say(us_.freeze(kFr, {{kShown, 0}, {kRequest, 0}})));
  const Written proposal = fr_.say(fr_.propose(kUs, {{kShown, 2}, {kRequest, 1}}));
  all_read(proposal);
  const Written accept = us_.say(us_.relations.accept(proposal.hash));
  EXPECT_EQ(us_.level(kShown), 2);
  EXPECT_EQ(us_.level(kRequest), 1);
  EXPECT_EQ(fr_.level(kShown), 0) << "the accept is not read yet";
  all_read(accept);
  expect_everywhere(kShown, 2);
  expect_everywhere(kRequest, 1);
  for (const Desk* desk : {&us_, &fr_, &il_}) EXPECT_TRUE(desk->relations.proposals().empty());
}

TEST_F(RelationsTest, AcceptNeedsAProposalOfTheOtherSide) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  EXPECT_EQ(answer(fr_.relations.accept(proposal.hash)),
            "no open proposal has this hash: it has not been read here yet, or another agreement took its place");
  all_read(proposal);
  EXPECT_EQ(answer(us_.relations.accept(proposal.hash)), "this proposal is our own: it needs the key of fr");
  EXPECT_EQ(answer(il_.relations.accept(proposal.hash)), "this proposal is to fr, which alone may accept it");
  EXPECT_EQ(answer(fr_.relations.accept(proposal.hash)), "done");
}

TEST_F(RelationsTest, AcceptNeedsOurNewestFreezeQuoted) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  fr_.say(fr_.freeze(kUs, {{kShown, 1}}));
  fr_.read(proposal);
  EXPECT_EQ(answer(fr_.relations.accept(proposal.hash)),
            "air disclosure from us to fr: us made it before it had read our freeze 1; it has to be proposed again");
}

TEST_F(RelationsTest, AcceptNeedsNoOlderPeerFreezeThanRead) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 1}}));
  fr_.read(proposal);
  EXPECT_EQ(answer(fr_.relations.accept(proposal.hash)), "done") << "a freeze not read yet cannot hinder";
  fr_.read(freeze);
  EXPECT_EQ(answer(fr_.relations.accept(proposal.hash)),
            "air disclosure from us to fr: us has frozen since (1 is its newest freeze); it has to be proposed again");
}

TEST_F(RelationsTest, AcceptWaitsForAFreezeThatTheProposalCovers) {
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 1}}));
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  fr_.read(proposal);
  EXPECT_THAT(answer(fr_.relations.accept(proposal.hash)),
              HasSubstr("covers freeze 1 of us, which has not been read here yet: wait"));
  fr_.read(freeze);
  EXPECT_EQ(answer(fr_.relations.accept(proposal.hash)), "done");
}

TEST_F(RelationsTest, AcceptWaitsForTheAgreementBefore) {
  const Written first = us_.say(us_.propose(kFr, {{kSeaShown, 3}}));
  fr_.read(first);
  const Written yes = fr_.say(fr_.relations.accept(first.hash));
  const Written second = fr_.say(fr_.propose(kUs, {{kSeaShown, 4}}));
  EXPECT_FALSE(us_.read(second).has_value());
  EXPECT_EQ(answer(us_.relations.accept(second.hash)),
            "sea disclosure from fr to us: it follows agreement 1, but 0 is the newest read here: wait");
  us_.read(yes);
  EXPECT_EQ(answer(us_.relations.accept(second.hash)), "done");
}

TEST_F(RelationsTest, OfCrossingProposalsThatOfTheLowerIdStands) {
  const Written of_fr = fr_.say(fr_.propose(kUs, {{kShown, 4}}));
  const Written of_us = us_.say(us_.propose(kFr, {{kShown, 4}}));
  all_read(of_fr);
  all_read(of_us);
  EXPECT_EQ(answer(fr_.relations.accept(of_us.hash)),
            "air disclosure from us to fr: we have proposed agreement 1 too, and of two crossing proposals that of fr "
            "stands; us accepts ours, or we propose again once a freeze has been read");
  all_read(us_.say(us_.relations.accept(of_fr.hash)));
  expect_everywhere(kShown, 4);
  EXPECT_THAT(answer(fr_.relations.accept(of_us.hash)), HasSubstr("another agreement took its place"));
}

TEST_F(RelationsTest, AcceptReadIsAdoptedExactlyAndLaterFreezesStayOnTop) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 2}}));
  fr_.read(proposal);
  const Written accept = fr_.say(fr_.relations.accept(proposal.hash));
  us_.read(accept);
  EXPECT_EQ(us_.level(kShown), 2);
  EXPECT_EQ(us_.relations.standing(kShown).agreed, 4);
  fr_.read(freeze);
  EXPECT_EQ(fr_.level(kShown), 2);
  for (const Written* entry : {&accept, &freeze, &proposal}) EXPECT_FALSE(il_.read(*entry).has_value());
  expect_everywhere(kShown, 2);
}

TEST_F(RelationsTest, AnyOtherNumberOrQuoteIsAnOddityOrWaits) {
  const auto propose = [&](ProposedEdge edge) {
    return Written{kUs, log::sha256("odd"), UtcMs{1}, RelationPropose{"", {std::move(edge)}, kFr, ""}};
  };
  EXPECT_EQ(words(fr_.read(propose({kShown, 0, 0, 4, 3}))),
            "PROPOSE for air disclosure from us to fr is for agreement 3, but 0 is the newest here");
  EXPECT_EQ(words(fr_.read(propose({kShown, 0, 1, 4, 1}))),
            "PROPOSE for air disclosure from us to fr quotes freeze 1 of fr, which has made 0");
  EXPECT_EQ(words(fr_.read(propose({kShown, 0, 0, 4, 0}))),
            "PROPOSE for air disclosure from us to fr: agreements and freezes are counted from 1");
  EXPECT_THAT(words(fr_.read({kUs, log::sha256("x"), UtcMs{1}, RelationAccept{kFr, log::sha256("none")}})),
              HasSubstr("ACCEPT: no proposal of fr that is open has the hash"));
  EXPECT_TRUE(fr_.relations.proposals().empty());
  EXPECT_EQ(state_text(fr_.relations), state_text(Desk(kFr, charter_).relations)) << "an oddity changes nothing";
}

TEST_F(RelationsTest, AnAcceptReadBeforeItsProposalWaits) {
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 1}}));
  fr_.read(freeze);
  const Written first = us_.say(us_.propose(kFr, {{kShown, 2}}));
  fr_.read(first);
  const Written first_yes = fr_.say(fr_.relations.accept(first.hash));
  us_.read(first_yes);
  const Written second = fr_.say(fr_.propose(kUs, {{kShown, 4}}));
  us_.read(second);
  const Written second_yes = us_.say(us_.relations.accept(second.hash));
  fr_.read(second_yes);
  // A third party reads everything backwards, and twice.
  for (int i = 0; i < 2; ++i) {
    for (const Written* entry : {&second_yes, &second, &first_yes, &first, &freeze}) {
      EXPECT_EQ(words(il_.read(*entry)), "fits");
    }
  }
  expect_everywhere(kShown, 4);
  EXPECT_EQ(il_.relations.standing(kShown).number, 2);
}

TEST_F(RelationsTest, AProposalIsWithdrawnByAFreezeAlone) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  us_.say(us_.freeze(kFr, {{kShown, 2}}));
  fr_.read(proposal);
  us_.read(fr_.say(fr_.relations.accept(proposal.hash)));
  EXPECT_EQ(us_.level(kShown), 2) << "accepted unseen, and yet withdrawn";
}

TEST_F(RelationsTest, UndoingAnOwnFreezeIsAProposal) {
  us_.say(us_.freeze(kFr, {{kShown, 0}}));
  EXPECT_THAT(answer(us_.freeze(kFr, {{kShown, 3}})), HasSubstr("nothing to freeze"));
  us_.say(us_.propose(kFr, {{kShown, 3}}));
  EXPECT_EQ(us_.level(kShown), 0) << "one key does not widen";
}

TEST_F(RelationsTest, UseIsJudgedByTheLevelInForceHere) {
  EXPECT_TRUE(us_.relations.may_use(kShown, 3).has_value());
  const auto message = [](const Status& of) { return of ? std::string("served") : of.error().text(); };
  EXPECT_EQ(
      message(us_.relations.may_use(kShown, 4)),
      "disclosure at live (4) is needed, but 3 is in force: the charter grants no more (air disclosure from us to "
      "fr)");
  const Written freeze = fr_.say(fr_.freeze(kUs, {{kShown, 1}}));
  EXPECT_EQ(message(us_.relations.may_use(kShown, 3)), "served") << "not read yet";
  us_.read(freeze);
  EXPECT_EQ(
      message(us_.relations.may_use(kShown, 3)),
      "disclosure at full (3) is needed, but 1 is in force: fr has frozen it; agreed is 3 (air disclosure from us "
      "to fr)");
  EXPECT_EQ(message(us_.relations.may_use(kShown, 1)), "served");
  EXPECT_FALSE(us_.relations.may_use(kShown, 0).has_value()) << "level 0 refuses all";
  EXPECT_THAT(message(us_.relations.may_use({Capability::kReports, RelationDomain::kAir, kUs, kFr}, 1)),
              HasSubstr("what is unknown is refused"));
  const AuthorityId stranger = AuthorityId::trusted("xx");
  EXPECT_FALSE(us_.relations.may_use({Capability::kRequest, RelationDomain::kAir, kUs, stranger}, 1).has_value());
  EXPECT_FALSE(us_.relations.may_use({Capability::kRequest, RelationDomain::kAir, kUs, kUs}, 1).has_value());
}

TEST_F(RelationsTest, RestartGoesOnFromTheState) {
  all_read(us_.say(us_.freeze(kFr, {{kShown, 0}, {kRequest, 0}})));
  all_read(fr_.say(fr_.freeze(kUs, {{kSeaShown, 1}})));
  const Written proposal = fr_.say(fr_.propose(kUs, {{kShown, 2}}));
  all_read(proposal);
  EXPECT_FALSE(il_.read({kFr, log::sha256("y"), UtcMs{1}, RelationAccept{kUs, log::sha256("unread")}}).has_value());
  for (const Desk* desk : {&us_, &fr_, &il_}) {
    const std::string text = state_text(desk->relations);
    Relations again(desk->relations.self(), charter_);
    const auto document = log::JcsDocument::parse(text);
    ASSERT_TRUE(document.has_value());
    const Status read = again.read_state(document->root());
    ASSERT_TRUE(read.has_value()) << read.error().text();
    EXPECT_TRUE(again == desk->relations);
    EXPECT_EQ(state_text(again), text);
    EXPECT_NE(again.proposal(proposal.hash), nullptr);
  }
}

TEST_F(RelationsTest, AStateThatCannotBeIsRefused) {
  const auto message = [&](std::string_view text) {
    const auto document = log::JcsDocument::parse(text);
    EXPECT_TRUE(document.has_value());
    Relations relations(kUs, charter_);
    const Status read = relations.read_state(document->root());
    EXPECT_EQ(state_text(relations), state_text(us_.relations)) << "unchanged";
    return read ? "accepted" : read.error().text();
  };
  const std::string edge = R"({"capability":"request","domain":"air","from":"us","to":"fr"})";
  const auto state = [&](const std::string& freezes, const std::string& level) {
    return R"({"edges":[{"edge":)" + edge + freezes + R"(,"level":)" + level +
           R"(,"number":0,"quoted_from":0,"quoted_to":0}],"papers":[],"revision":0})";
  };
  EXPECT_THAT(message(R"({"edges":[],"papers":[]})"), HasSubstr("revision"));
  EXPECT_EQ(message(state("", "2")), "edges[0]: air request from us to fr: level 2, but 0 to 1 exist");
  EXPECT_EQ(message(state(R"(,"freezes_from":[{"cap":1,"counter":0}])", "1")), "edges[0]: freeze 0 does not fit here");
  EXPECT_EQ(message(state(R"(,"freezes_from":[{"cap":1,"counter":1},{"cap":0,"counter":2}])", "1")),
            "edges[0]: freezes ascend in counter and in cap");
}

// What does not fit
// ------------------------------------------------------------------------------------------------------------

TEST_F(RelationsTest, EntriesAboutOthersEdgesAreOddities) {
  const auto freeze = [](const AuthorityId& by, const AuthorityId& peer, Edge edge, std::int64_t cap,
                         std::int64_t counter) {
    return Written{by, log::sha256("f"), UtcMs{1}, RelationFreeze{{{cap, counter, std::move(edge)}}, peer, ""}};
  };
  const std::string before = state_text(us_.relations);
  EXPECT_EQ(words(us_.read(freeze(kIl, kFr, kShown, 0, 1))),
            "FREEZE: air disclosure from us to fr: not between il and fr");
  EXPECT_EQ(words(us_.read(freeze(kFr, kIl, kShown, 0, 1))),
            "FREEZE: air disclosure from us to fr: not between fr and il");
  EXPECT_EQ(words(us_.read(freeze(kFr, AuthorityId::trusted("xx"), kShown, 0, 1))),
            "FREEZE: \"xx\" is not an authority of this charter");
  EXPECT_EQ(words(us_.read(freeze(kFr, kFr, kShown, 0, 1))),
            "FREEZE: an authority has no relation with itself: it needs no grant");
  EXPECT_EQ(words(us_.read(freeze(kFr, kUs, {Capability::kReports, RelationDomain::kAir, kUs, kFr}, 0, 1))),
            "FREEZE: domain air has no capability \"reports\"");
  EXPECT_EQ(words(us_.read(freeze(kFr, kUs, kShown, 5, 1))),
            "FREEZE: air disclosure from us to fr: level 5, but 0 to 4 exist");
  EXPECT_EQ(words(us_.read(freeze(kFr, kUs, kShown, 0, 0))),
            "FREEZE of air disclosure from us to fr: freezes are counted from 1");
  const Written both{kFr, log::sha256("g"), UtcMs{1}, RelationFreeze{{{0, 1, kShown}, {0, 0, kRequest}}, kUs, ""}};
  EXPECT_TRUE(us_.read(both).has_value());
  EXPECT_EQ(state_text(us_.relations), before) << "of several edges all are taken or none";
  EXPECT_FALSE(us_.read({kFr, log::sha256("h"), UtcMs{1}, FlightCommit{}}).has_value()) << "none of its business";
}

TEST_F(RelationsTest, AFreezeSaidTwiceDifferentlyRaisesAnAlarm) {
  const auto freeze = [](std::int64_t cap) {
    return Written{kFr, log::sha256("f"), UtcMs{1}, RelationFreeze{{{cap, 1, kShown}}, kUs, ""}};
  };
  EXPECT_FALSE(us_.read(freeze(1)).has_value());
  const auto odd = us_.read(freeze(2));
  ASSERT_TRUE(odd.has_value());
  EXPECT_TRUE(odd->alarm);
  EXPECT_EQ(us_.level(kShown), 1);
}

TEST_F(RelationsTest, AcceptByAnotherThanTheAddresseeIsAnOddity) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  all_read(proposal);
  EXPECT_EQ(words(fr_.read({kIl, log::sha256("a"), UtcMs{1}, RelationAccept{kUs, proposal.hash}})),
            "ACCEPT: that proposal is of us to fr, not of us to il");
  EXPECT_EQ(words(il_.read({kUs, log::sha256("a"), UtcMs{1}, RelationAccept{kUs, proposal.hash}})),
            "ACCEPT: an authority has no relation with itself: it needs no grant");
  EXPECT_EQ(words(us_.read({kFr, log::sha256("a"), UtcMs{1}, RelationAccept{kIl, proposal.hash}})),
            "ACCEPT: that proposal is of us to fr, not of il to fr");
  expect_everywhere(kShown, 3);
}

TEST_F(RelationsTest, WhatWaitsIsBounded) {
  for (std::size_t i = 0; i < kWaitingAcceptsMax; ++i) {
    const Written entry{kFr, log::sha256("a"), UtcMs{1}, RelationAccept{kUs, log::sha256(fmt::format("{}", i))}};
    EXPECT_EQ(words(il_.read(entry)), "fits");
  }
  EXPECT_THAT(words(il_.read({kFr, log::sha256("a"), UtcMs{1}, RelationAccept{kUs, log::sha256("more")}})),
              HasSubstr("is given up"));
  for (std::size_t i = 0; i <= kOpenProposalsMax; ++i) {
    const auto quoted = static_cast<std::int64_t>(i);
    const Written entry{kFr, log::sha256(fmt::format("p{}", i)), UtcMs{1},
                        RelationPropose{"", {{kSeaShown, quoted, 0, 3, 1}}, kUs, ""}};
    EXPECT_EQ(us_.read(entry).has_value(), i == kOpenProposalsMax) << i;
  }
  EXPECT_EQ(us_.relations.proposals().size(), kOpenProposalsMax);
}

TEST_F(RelationsTest, ActsNameWhatIsWrong) {
  EXPECT_EQ(answer(us_.freeze(AuthorityId::trusted("xx"), {{kShown, 0}})),
            "peer: \"xx\" is not an authority of this charter");
  EXPECT_EQ(answer(us_.freeze(kIl, {{kShown, 0}})), "air disclosure from us to fr: not between us and il");
  EXPECT_EQ(answer(us_.freeze(kFr, {})), "it names no relation");
  EXPECT_EQ(answer(us_.freeze(kFr, {{kShown, 0}, {kShown, 1}})), "air disclosure from us to fr stands in it twice");
  EXPECT_EQ(answer(us_.propose(kFr, {{kShown, 5}})), "air disclosure from us to fr: level 5, but 0 to 4 exist");
  EXPECT_EQ(answer(us_.propose(kUs, {{kShown, 4}})), "an authority has no relation with itself: it needs no grant");
}

TEST_F(RelationsTest, WhatNobodyGrantedIsAtZero) {
  const Relations nothing(kUs, charter({}));
  EXPECT_TRUE(nothing.edges().empty());
  EXPECT_EQ(nothing.level(kRequest), 0);
  EXPECT_EQ(nothing.level({Capability::kRequest, RelationDomain::kAir, AuthorityId(), AuthorityId()}), 0);
}

TEST(Freezes, KeepOnlyWhatCanMatter) {
  Freezes freezes;
  EXPECT_EQ(freezes.note({3, 1}), Freezes::Noted::kNew);
  EXPECT_EQ(freezes.note({1, 3}), Freezes::Noted::kNew);
  EXPECT_EQ(freezes.marks().size(), 1U) << "3 counts wherever 1 does, and is lower";
  EXPECT_EQ(freezes.note({2, 2}), Freezes::Noted::kKnown);
  EXPECT_EQ(freezes.note({0, 2}), Freezes::Noted::kNew);
  EXPECT_EQ(freezes.note({4, 9}), Freezes::Noted::kNew);
  EXPECT_EQ(freezes.note({4, 3}), Freezes::Noted::kContradiction);
  EXPECT_EQ(freezes.cap_above(0, 4), 0);
  EXPECT_EQ(freezes.cap_above(2, 4), 1);
  EXPECT_EQ(freezes.cap_above(3, 4), 4);
  EXPECT_EQ(freezes.cap_above(9, 4), 4);
  EXPECT_EQ(freezes.newest(), 9);
}

// Mutations of the model, and that our rule stands
// ------------------------------------------------------------------------------------------------------------

TEST_F(RelationsTest, Mutation1TheSideThatFrozeCannotWidenAlone) {
  all_read(us_.say(us_.freeze(kFr, {{kShown, 0}})));
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 3}}));
  EXPECT_FALSE(us_.relations.accept(proposal.hash).has_value());
  // Even an ACCEPT of its own proposal, forced into the log, widens nowhere.
  const Written forced{kUs, log::sha256("forced"), UtcMs{1}, RelationAccept{kFr, proposal.hash}};
  for (Desk* desk : {&us_, &fr_, &il_}) {
    desk->read(proposal);
    EXPECT_TRUE(desk->read(forced).has_value());
  }
  expect_everywhere(kShown, 0);
}

TEST_F(RelationsTest, Mutation2CrossingProposalsAreNotBothAccepted) {
  all_read(us_.say(us_.freeze(kFr, {{kShown, 0}})));
  const Written of_us = us_.say(us_.propose(kFr, {{kShown, 4}}));
  const Written of_fr = fr_.say(fr_.propose(kUs, {{kShown, 1}}));
  us_.read(of_fr);
  fr_.read(of_us);
  EXPECT_TRUE(us_.relations.accept(of_fr.hash).has_value());
  EXPECT_FALSE(fr_.relations.accept(of_us.hash).has_value());
}

TEST_F(RelationsTest, Mutation3ANewAgreementDoesNotWipeLaterFreezes) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 1}}));
  fr_.read(proposal);
  const Written accept = fr_.say(fr_.relations.accept(proposal.hash));
  us_.read(accept);
  EXPECT_EQ(us_.level(kShown), 1);
  fr_.read(freeze);
  EXPECT_EQ(fr_.level(kShown), 1);
}

TEST_F(RelationsTest, Mutation4AnOldFreezeReadAfterTheThawHasNoEffect) {
  const Written freeze = us_.say(us_.freeze(kFr, {{kShown, 0}}));
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 3}}));
  // The onlooker reads the agreement first, and the freeze that it covers last.
  fr_.read(freeze);
  fr_.read(proposal);
  const Written accept = fr_.say(fr_.relations.accept(proposal.hash));
  us_.read(accept);
  il_.read(proposal);
  il_.read(accept);
  EXPECT_EQ(il_.level(kShown), 3);
  il_.read(freeze);
  expect_everywhere(kShown, 3);
}

TEST_F(RelationsTest, Mutation5AProposalIsNotInForceBeforeItIsAccepted) {
  us_.say(us_.freeze(kFr, {{kShown, 1}}));
  us_.say(us_.propose(kFr, {{kShown, 3}}));
  EXPECT_EQ(us_.level(kShown), 1);
  EXPECT_EQ(us_.relations.standing(kShown).number, 0);
}

TEST_F(RelationsTest, Mutation6AProposalIsNotReplacedByAnotherOfTheSameName) {
  const Written first = us_.say(us_.propose(kFr, {{kSeaShown, 3}}));
  EXPECT_FALSE(us_.propose(kFr, {{kSeaShown, 4}}).has_value());
  fr_.read(first);
  const Written second{kUs, log::sha256("second"), UtcMs{1}, RelationPropose{"", {{kSeaShown, 0, 0, 4, 1}}, kFr, ""}};
  const auto odd = fr_.read(second);
  ASSERT_TRUE(odd.has_value());
  EXPECT_TRUE(odd->alarm);
  const Written accept = fr_.say(fr_.relations.accept(first.hash));
  us_.read(accept);
  EXPECT_EQ(us_.level(kSeaShown), 3);
  EXPECT_EQ(fr_.level(kSeaShown), 3);
}

TEST_F(RelationsTest, Mutation7AFreezeAfterAnAcceptHoldsThoughItIsReadFirst) {
  const Written proposal = us_.say(us_.propose(kFr, {{kShown, 4}}));
  fr_.read(proposal);
  const Written accept = fr_.say(fr_.relations.accept(proposal.hash));
  const Written freeze = fr_.say(fr_.freeze(kUs, {{kShown, 2}}));
  us_.read(freeze);
  us_.read(accept);
  EXPECT_EQ(us_.level(kShown), 2);
  EXPECT_EQ(fr_.level(kShown), 2);
}

TEST_F(RelationsTest, Mutation8WhoServesChecksItsOwnLevel) {
  EXPECT_TRUE(fr_.relations.may_use(kRequest, 1).has_value()) << "fr may send its request…";
  us_.say(us_.freeze(kFr, {{kRequest, 0}}));
  EXPECT_FALSE(us_.relations.may_use(kRequest, 1).has_value()) << "…which us has frozen since, and does not serve";
}

}  // namespace
}  // namespace tansiq::coordination
