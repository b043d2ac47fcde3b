import Recovery
import Specifications
import TestSupport
import Testing

@testable import Funding

/// Reads the key `spending`, for the sectors po and vo and the deadline 2024/25.
private func policy(_ text: String) throws(SpecificationError) -> SpendingPolicy {
    let file = try SpecificationFile(bytes: Array(text.utf8), path: "s.yaml")
    return try file.decoded {
        SpendingPolicy($0, knownSectors: ["po", "vo"], deadline: SchoolYear(start: 2024))
    }
}

private func profile(_ shares: String, year: String = "2023/24", more: String = "") -> String {
    "profiles:\n  - sectors: [po]\n\(more)    left_at_start:\n      \(year): {\(shares), source: test}\n"
}

@Suite struct SpendingPolicyFileTests {
    @Test func readsWhatIsDeclared() throws {
        let read = try policy(
            """
            board_share: {value: 0.148, source: letter}
            board_spending: same_school
            overhead: {value: 0.05, source: guess}
            unspent_at_deadline: {value: 0.01, source: guess}
            profiles:
              - sectors: [po, vo]
                quintiles: [1, 2, unknown]
                quintile_shift: {value: 0.1, source: guess}
                source: monitor
                left_at_start:
                  2023/24: {up_to_0.20: 0.34, none: 0.35, up_to_.5: 0.28, up_to_1: 0.02}
                  2022/23: {up_to_1.0: 1, source: other}
            """)
        #expect(read.boardShare == DeclaredShare(value: 0.148, source: "letter"))
        #expect(read.boardSpending == .sameSchool && read.overhead.value == 0.05)
        #expect(read.unspentAtDeadline.value == 0.01)
        let profile = try #require(read.profiles.first)
        #expect(profile.sectors == ["po", "vo"] && profile.quintiles == [1, 2, 0])
        #expect(profile.quintileShift.value == 0.1)
        #expect(profile.moments.map(\.year.description) == ["2022/23", "2023/24"])
        #expect(profile.moments.map(\.left.source) == ["other", "monitor"])
        #expect(profile.moments[1].left.classes.map(\.upTo) == [0, 0.2, 0.5, 1])
        // Rounded percentages are scaled to add up to 1.
        #expect(abs(profile.moments[1].left.classes[0].share - 0.35 / 0.99) < 1e-15)
        #expect(profile.moments[1].place?.description == "s.yaml:11:7")
    }

    @Test func whatIsAbsentIsNothing() throws {
        let read = try policy("note: nothing\n")
        #expect(read.boardShare.value == 0 && read.overhead.value == 0 && read.unspentAtDeadline.value == 0)
        #expect(read.profiles.isEmpty && read.boardSpending == .perPupil)
    }

    private static let mistakes: [(String, String)] = [
        (
            "board_shar: {value: 0.1, source: s}",
            "s.yaml:1:1: unknown key 'board_shar' in 'spending'; did you mean 'board_share'?"
        ),
        ("board_share: {value: 1.48, source: s}", "s.yaml:1:22: found 1.48; expected a share from 0 to 1."),
        ("board_share: {value: 0.148}", "s.yaml:1:14: missing key 'source' in 'board_share'."),
        ("overhead: 0.1", "s.yaml:1:11: found '0.1'; expected 'overhead': keys and values."),
        (
            "board_spending: per_pupl",
            "s.yaml:1:17: found 'per_pupl'; expected 'per_pupil' or 'same_school'. Did you mean 'per_pupil'?"
        ),
        ("profiles: {}", "s.yaml:1:11: found keys and values; expected a list."),
        (
            "profiles: [{sectors: [so], left_at_start: {2023/24: {none: 1, source: s}}}]",
            "s.yaml:1:23: found 'so'; expected 'po' or 'vo'. Did you mean 'po'?"
        ),
        (
            "profiles: [{sectors: [po], quintiles: [6], left_at_start: {2023/24: {none: 1, source: s}}}]",
            "s.yaml:1:40: found '6'; expected '1', '2', '3', '4', '5' or 'unknown'. Did you mean '1'?"
        ),
        ("profiles: [{sectors: [po]}]", "s.yaml:1:12: missing key 'left_at_start' in spending profile."),
        (
            "profiles: [{sectors: [po], left_at_start: {}}]",
            "s.yaml:1:43: found no school year in 'left_at_start'; expected at least one, such as 2023/24."
        ),
        (
            "profiles: [{sectors: [po], left_at_start: {2023: {none: 1, source: s}}}]",
            "s.yaml:1:44: found '2023'; expected a school year such as 2021/22."
        ),
        (
            "profiles: [{sectors: [po], left_at_start: {2023/24: {none: 1}}}]",
            "s.yaml:1:53: missing key 'source' in the money left at the start of 2023/24."
        ),
        (
            profile("none: 0.35, up_to_20%: 0.65"),
            "s.yaml:4:29: unknown class 'up_to_20%' in the money left at the start of 2023/24; expected 'none', or 'up_to_' "
                + "and a share of the money above 0 and up to 1, such as 'up_to_0.20'."
        ),
        (
            profile("none: 0.35, up_to_20: 0.65"),
            "s.yaml:4:29: unknown class 'up_to_20' in the money left at the start of 2023/24; expected 'none', or 'up_to_' "
                + "and a share of the money above 0 and up to 1, such as 'up_to_0.20'."
        ),
        (
            profile("up_to_0.2: 0.5, up_to_0.20: 0.5"),
            "s.yaml:4:33: class 'up_to_0.20' is the class 'up_to_0.2' again. Keep one of them."
        ),
        (
            profile("none: 0.35, up_to_1: 0.60"),
            "s.yaml:4:16: the shares of schools in the money left at the start of 2023/24 add up to 0.95; expected 1, or "
                + "within 0.02 of it for rounded percentages."
        ),
        (profile("none: 35, up_to_1: 65"), "s.yaml:4:23: found 35; expected a share from 0 to 1."),
        (
            profile("none: 1", year: "2026/27"),
            "s.yaml:4:7: found the money left at the start of 2026/27, but the deadline is 2024/25. Expected school years up "
                + "to 2025/26, at the start of which what is left returns."
        ),
        (
            "profiles: [{sectors: [po], left_at_start: {2023/24: {none: 1, source: s}, 2023/2024: {none: 1, source: s}}}]",
            "s.yaml:1:75: the school year 2023/24 is given twice. Keep one of them."
        ),
        (
            profile("none: 1") + "  - {sectors: [vo, po], quintiles: [unknown, 4], left_at_start: {2023/24: "
                + "{none: 1, source: s}}}",
            "s.yaml:5:5: sector 'po', quintile 4 has two spending profiles. Give each sector and quintile one."
        ),
    ]

    @Test(arguments: mistakes)
    func mistakesEndInOneMessage(text: String, message: String) {
        #expect { try policy(text) } throws: { error in
            // Consequences of the first problem may follow it.
            let first = "\(error)".split(separator: "\n")[0]
            if first != message { print("FOUND \(first)") }
            return first == message
        }
    }

    @Test func sharesOfARoundedTableAreScaledAndOthersRefused() {
        func left(_ share: Double) -> MoneyLeft? {
            MoneyLeft([.init(upTo: 0, share: 0.5), .init(upTo: 1, share: share)], source: "test")
        }
        #expect(left(0.52)?.classes.map(\.share) == [0.5 / 1.02, 0.52 / 1.02])
        #expect(left(0.53) == nil && left(0.47) == nil && left(0.48) != nil)
    }
}
