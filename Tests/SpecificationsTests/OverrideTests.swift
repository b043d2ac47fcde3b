import TestSupport
import Testing

@testable import Specifications

private let base = """
    title: t
    seed: 5
    rate: {2021/22: 700, 2022/23: 500.5}
    "odd key.": {"a\\"b": 1}
    outcomes:
      - {outcome: reading, sector: po, mean: &m {distribution: normal, mean: -0.2, sd: 0.1, source: x}}
      - {outcome: reading, sector: vo, mean: *m, quoted: "3"}
      - {outcome: spelling, sector: po, mean: {distribution: beta, alpha: 2, beta: 3}}

    """

private func file(_ text: String = base) throws -> SpecificationFile {
    try SpecificationFile(bytes: Array(text.utf8), path: "x.yaml")
}

private func set(_ path: String, _ value: String) -> SpecificationOverride { .init(.set, path: path, value: value) }
private func scale(_ path: String, _ value: String) -> SpecificationOverride { .init(.scale, path: path, value: value) }

/// The value of a path after changes, in flow style.
private func value(_ key: String, after changes: SpecificationOverride...) throws -> String? {
    try file().applying(changes).root.openMapping("file")?.optional(key)?.flowText()
}

private func message(_ change: SpecificationOverride) throws -> String? {
    try file().problems(of: [change]).first?.problem.description
}

@Suite struct OverrideTests {
    static let changes: [(SpecificationOverride, String, String)] = [
        (set("seed", "7"), "seed", "7"),
        (set("title", "\"a: b, c\""), "title", "\"a: b, c\""),
        (set("title", "two words"), "title", "\"two words\""),
        (set("title", "[1, {a: b}]"), "title", "[1, {a: b}]"),
        (set("title", "~"), "title", "~"),
        (set("new-key", "1"), "new-key", "1"),
        (set("rate.2022/23", "1e3"), "rate", "{2021/22: 700, 2022/23: 1e3}"),
        (set("rate.2023/24", "3"), "rate", "{2021/22: 700, 2022/23: 500.5, \"2023/24\": 3}"),
        (set("\"odd key.\".\"a\\\"b\"", "2"), "odd key.", "{\"a\\\"b\": 2}"),
        (scale("rate.2022/23", "2"), "rate", "{2021/22: 700, 2022/23: 1001}"),
        (scale("rate.2021/22", "0.1"), "rate", "{2021/22: 70, 2022/23: 500.5}"),
        (scale("seed", "-1.5e-1"), "seed", "-0.75"),
    ]

    @Test(arguments: changes)
    func changesAValue(change: SpecificationOverride, key: String, expected: String) throws {
        #expect(try value(key, after: change) == expected)
    }

    @Test func selectsEveryElementThatMatches() throws {
        let changed = try #require(try value("outcomes", after: set("outcomes[sector=po].stream", "4")))
        #expect(
            changed
                == "[{outcome: reading, sector: po, mean: {distribution: normal, mean: -0.2, sd: 0.1, source: x}, \"stream\": 4}, "
                + "{outcome: reading, sector: vo, mean: {distribution: normal, mean: -0.2, sd: 0.1, source: x}, quoted: \"3\"}, "
                + "{outcome: spelling, sector: po, mean: {distribution: beta, alpha: 2, beta: 3}, \"stream\": 4}]")
        let one = try #require(
            try value("outcomes", after: set("outcomes[outcome=\"reading\",sector=vo].quoted", "4")))
        #expect(one.contains("quoted: 4}") && one.contains("sector: po, mean: {distribution: normal, mean: -0.2"))
        #expect(try value("outcomes", after: set("outcomes[3]", "last"))?.hasSuffix(", last]") == true)
    }

    @Test func scalesTheNumbersOfADistributionThatAreInItsUnit() throws {
        let changed = try #require(try value("outcomes", after: scale("outcomes[1].mean", "2")))
        #expect(changed.contains("{distribution: normal, mean: -0.4, sd: 0.2, source: x}"))
    }

    @Test func changingOneCopyOfAnAliasLeavesTheOthers() throws {
        for changes in [[scale("outcomes[1].mean", "2")], [set("outcomes[1].mean.sd", "9")]] {
            let text = try #require(try file().applying(changes).root.flowText())
            #expect(text.contains("sector: vo, mean: {distribution: normal, mean: -0.2, sd: 0.1, source: x}"))
            #expect(!text.contains("sector: po, mean: {distribution: normal, mean: -0.2, sd: 0.1, source: x}"))
        }
        // The file itself stays as it is.
        let original = try file()
        let before = original.root.flowText()
        _ = try original.applying([scale("seed", "2")])
        #expect(original.root.flowText() == before)
    }

    @Test func aNumberOfADistributionThatWasMultipliedIsNotSetAfterwards() throws {
        for path in ["outcomes[1].mean.mean", "outcomes[sector=po].mean.sd", "outcomes[1].mean.distribution"] {
            #expect(throws: SpecificationError.self, "\(path)") {
                try value("outcomes", after: scale("outcomes[1].mean", "2"), set(path, "1"))
            }
        }
        // Its source may be, and all of it before.
        let changed = try value(
            "outcomes", after: set("outcomes[1].mean.mean", "1"), scale("outcomes[1].mean", "2"),
            set("outcomes[1].mean.source", "y"))
        #expect(changed?.contains("{distribution: normal, mean: 2, sd: 0.2, source: y}") == true)
    }

    @Test func changesApplyInOrder() throws {
        #expect(try value("rate", after: set("rate", "{a: 2}"), scale("rate.a", "3")) == "{a: 6}")
        #expect(try value("seed", after: scale("seed", "2"), scale("seed", "3")) == "30")
    }

    static let refusals: [(SpecificationOverride, String)] = [
        (set("seeed.a", "1"), "the file has no key 'seeed'. Did you mean 'seed'?"),
        (scale("zzz", "1"), "the file has no key 'zzz'; it has 'title', 'seed', 'rate', 'odd key.', 'outcomes'."),
        (set("rate.2021/23.a", "1"), "'rate' has no key '2021/23'. Did you mean '2021/22'?"),
        (set("seed.a", "1"), "'seed' holds no keys, so that there is no 'a' in it."),
        (set("outcomes.a", "1"), "'outcomes' holds no keys, so that there is no 'a' in it."),
        (set("rate[1]", "1"), "'rate' is no list, so that [...] selects nothing."),
        (set("rate[a=b]", "1"), "'rate' is no list, so that [...] selects nothing."),
        (set("outcomes[4]", "1"), "'outcomes' has 3 elements; there is no [4]."),
        (
            set("outcomes[sector=pp].x", "1"),
            "no element of 'outcomes' has sector 'pp'; there is 'po', 'vo'. Did you mean 'po'?"
        ),
        (
            set("outcomes[outcome=geography].x", "1"),
            "no element of 'outcomes' has outcome 'geography'; there is 'reading', 'spelling'."
        ),
        (
            set("outcomes[outcome=spelling,sector=vo].x", "1"),
            "no element of 'outcomes' has outcome 'spelling' and sector 'vo' together."
        ),
        (
            set("outcomes[level=2].x", "1"),
            "no element of 'outcomes' has a key 'level' with a word or a number."
        ),
        (
            scale("outcomes[sector=po].quoted", "2"),
            "'outcomes[1]' has no key 'quoted'; it has 'outcome', 'sector', 'mean'."
        ),
        (
            scale("title", "2"),
            "'title' is 't'; only a number, or a distribution with low, mode, high, mean, sd or value, can be multiplied. "
                + "Name the number itself."
        ),
        (
            scale("outcomes[2].quoted", "2"),
            "'outcomes[2].quoted' is '3'; only a number, or a distribution with low, mode, high, mean, sd or value, can be "
                + "multiplied. Name the number itself."
        ),
        (
            scale("rate", "2"),
            "'rate' is keys and values; only a number, or a distribution with low, mode, high, mean, sd or value, can be "
                + "multiplied. Name the number itself."
        ),
        (
            scale("outcomes[3].mean", "2"),
            "'outcomes[3].mean' is a distribution without any of these; only a number, or a distribution with low, mode, high, "
                + "mean, sd or value, can be multiplied. Name the number itself."
        ),
        (scale("seed", "1e400"), "found '1e400'; expected a number to multiply by."),
        (scale("seed", "nan"), "found 'nan'; expected a number to multiply by."),
        (scale("seed", ""), "found ''; expected a number to multiply by."),
        (scale("seed", "2, 3"), "found '2, 3'; expected a number to multiply by."),
        (scale("seed", "1e308"), "'seed' times the factor is too large a number."),
        (set("", "1"), "the path cannot be read at character 1: expected a key."),
        (set("a..b", "1"), "the path cannot be read at character 3: expected a key."),
        (set("a.", "1"), "the path cannot be read at character 3: expected a key."),
        (
            set("a b", "1"),
            "the path cannot be read at character 2: expected '.', '[' or the end; keys with other signs than letters, digits, _, - "
                + "and / are \"quoted\"."
        ),
        (set("a[", "1"), "the path cannot be read at character 3: expected a number or a key."),
        (
            set("a[0]", "1"),
            "the path cannot be read at character 3: expected the number of an element, from 1, or key=value."
        ),
        (
            set("a[-1]", "1"),
            "the path cannot be read at character 3: expected the number of an element, from 1, or key=value."
        ),
        (
            set("a[99999999999999999999]", "1"),
            "the path cannot be read at character 3: expected the number of an element, from 1, or key=value."
        ),
        (set("a[b=]", "1"), "the path cannot be read at character 5: expected a value."),
        (set("a[b=1", "1"), "the path cannot be read at character 6: expected ',' or ']'."),
        (set("a[b=1,2]", "1"), "the path cannot be read at character 8: expected '=' and a value."),
        (set("\"a", "1"), "the path cannot be read at character 1: this quotation mark has no closing one."),
        (set("\"a\\n\"", "1"), "the path cannot be read at character 4: expected \\\" or \\\\ after the backslash."),
        (set("a\nb", "1"), "the path cannot be read: it holds a control character."),
        (set(String(repeating: "a", count: 1001), "1"), "the path cannot be read: it is longer than 1000 bytes."),
        (
            set(String(repeating: "[1]", count: 33), "1"),
            "the path cannot be read: it has more than 32 steps."
        ),
    ]

    @Test(arguments: refusals)
    func saysWhyAChangeDoesNotFit(change: SpecificationOverride, expected: String) throws {
        #expect(try message(change) == expected)
    }

    /// A value that a change before it put somewhere must not be lost in silence.
    @Test func refusesToUndoAnEarlierChange() throws {
        let twice = try file().problems(of: [scale("rate.2021/22", "2"), set("rate", "{a: 1}")])
        #expect(twice.map(\.index) == [1])
        #expect(
            twice.first?.problem.description
                == "'rate' was changed before ('scale rate.2021/22 = 2'), which this would undo. Leave one of them out, or set "
                + "first and multiply later.")
        #expect(try file().problems(of: [set("seed", "1"), set("seed", "2")]).map(\.index) == [1])
        // A selector that meets what another path changed.
        let met = try file().problems(of: [set("outcomes[2].quoted", "1"), set("outcomes[sector=vo].quoted", "2")])
        #expect(met.map(\.index) == [1])
        #expect(try file().problems(of: [set("rate", "{a: 1}"), set("rate.a", "2")]).map(\.index) == [])
    }

    @Test func allProblemsComeTogether() throws {
        let error = #expect(throws: SpecificationError.self) {
            try file().applying([set("x.y", "1"), scale("seed", "2"), set("seed", "[")])
        }
        #expect(error?.problems.count == 2)
        #expect(
            error?.problems.first?.description
                == "x.yaml, with 'set x.y = 1': the file has no key 'x'; it has 'title', 'seed', 'rate', 'odd key.', 'outcomes'."
        )
    }

    @Test func aReadersProblemNamesTheChangeInPlaceOfALine() throws {
        let changed = try file().applying([set("seed", "-4"), scale("rate.2021/22", "-1"), set("titel", "x")])
        let error = #expect(throws: SpecificationError.self) {
            try changed.decoded { root -> Int? in
                let mapping = root.mapping("file", keys: ["title", "seed", "rate", "odd key.", "outcomes"])
                _ = mapping?.integer("seed", in: 0...10)
                _ = mapping?.optional("rate")?.openMapping("rates")?.number("2021/22", in: .positive)
                mapping?.optional("outcomes")?.fail("still in the file.")
                return nil
            }
        }
        #expect(
            error?.problems.map(\.description) == [
                "x.yaml: read with changes: 'set seed = -4', 'scale rate.2021/22 = -1', 'set titel = x'.",
                "x.yaml:6:3: still in the file.",
                "x.yaml, with 'set seed = -4': found -4; expected a whole number from 0 to 10.",
                "x.yaml, with 'scale rate.2021/22 = -1': found -700; expected a number above 0.",
                "x.yaml, with 'set titel = x': unknown key 'titel' in file; did you mean 'title'?",
            ])
    }

    @Test func placesOfChangesDiffer() throws {
        let changed = try file().applying([set("seed", "[{a: 1}, {a: 1}]"), set("title", "[{a: 1}]")])
        let mapping = try #require(changed.root.openMapping("file"))
        let first = try #require(mapping.optional("seed")?.list()),
            second = try #require(mapping.optional("title")?.list())
        let places = (first + second).map(\.place)
        #expect(places[0] != places[1] && places[0] != places[2] && places[1] != places[2])
    }

    @Test func bytesTellTheChangesALineEach() throws {
        let changed = try file().applying([set("title", "\"a # b\""), scale("seed", "2")])
        #expect(
            String(decoding: changed.bytes, as: UTF8.self)
                == base + "# override: set title = \"a # b\"\n# override: scale seed = 2\n")
        #expect(try file().applying([]).bytes == Array(base.utf8))
        let open = try file("a: 1").applying([set("a", "2")])
        #expect(String(decoding: open.bytes, as: UTF8.self) == "a: 1\n# override: set a = 2\n")
    }
}
