import TestSupport
import Testing

@testable import Specifications

/// Reads a small file as a rule, and returns the messages.
private func messages(_ text: String, _ read: (SpecificationValue) -> Int?) -> [String] {
    do {
        let file = try SpecificationFile(bytes: Array(text.utf8), path: "x.yaml")
        _ = try file.decoded(read)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

private enum Colour: String, CaseIterable { case red, green, blue }

private func readRule(_ value: SpecificationValue) -> Int? {
    guard let rule = value.mapping("funding rule", keys: ["budget", "years", "share", "colour", "name"]) else {
        return nil
    }
    let years = rule.integer("years", in: 1...10)
    let budget = rule.number("budget", in: .nonNegative)
    _ = rule.optional("share")?.number(in: .share)
    _ = rule.optional("colour")?.word(of: Colour.self)
    _ = rule.optional("name")?.text()
    guard let years, budget != nil else { return nil }
    return years
}

@Suite struct SpecificationTests {
    @Test(arguments: [
        (
            "budgett: 5\nyears: 2\nbudget: 1\n",
            ["x.yaml:1:1: unknown key 'budgett' in funding rule; did you mean 'budget'?"]
        ),
        ("budget: 5\n", ["x.yaml:1:1: missing key 'years' in funding rule."]),
        ("budget: many\nyears: 2\n", ["x.yaml:1:9: found 'many'; expected a number."]),
        ("budget: -5\nyears: 2\n", ["x.yaml:1:9: found -5; expected a number of 0 or more."]),
        ("budget: .nan\nyears: 2\n", ["x.yaml:1:9: found '.nan'; expected a number."]),
        ("budget: 1:30\nyears: 2\n", ["x.yaml:1:9: found '1:30'; expected a number."]),
        ("budget: [1]\nyears: 2\n", ["x.yaml:1:9: found a list; expected a number."]),
        ("budget: 5\nyears: 11\n", ["x.yaml:2:8: found 11; expected a whole number from 1 to 10."]),
        ("budget: 5\nyears: 2.5\n", ["x.yaml:2:8: found '2.5'; expected a whole number."]),
        ("budget: 5\nyears: 2\nshare: 1.2\n", ["x.yaml:3:8: found 1.2; expected a share from 0 to 1."]),
        (
            "budget: 5\nyears: 2\ncolour: gren\n",
            ["x.yaml:3:9: found 'gren'; expected 'red', 'green' or 'blue'. Did you mean 'green'?"]
        ),
        ("budget: 5\nyears: 2\nname:\n", ["x.yaml:3:6: found nothing; expected text."]),
        ("- 1\n", ["x.yaml:1:1: found a list; expected funding rule: keys and values."]),
        (
            "budget: 5\nyears: 2\nbudget: 6\n",
            ["x.yaml:1:1: duplicate key 'budget' in the same mapping. Keep one of them."]
        ),
        ("", ["x.yaml: the file is empty; expected keys and values."]),
        ("a: [1\n", ["x.yaml:2:1: this is not valid YAML: did not find expected ',' or ']'."]),
    ])
    func saysWhatIsWrongAndWhere(text: String, expected: [String]) {
        #expect(messages(text, readRule) == expected)
    }

    @Test func reportsAllProblemsOfAFileInReadingOrder() {
        let found = messages("share: 2\nyeers: 1\nbudget: x\n", readRule)
        #expect(
            found == [
                "x.yaml:1:1: missing key 'years' in funding rule.",
                "x.yaml:1:8: found 2; expected a share from 0 to 1.",
                "x.yaml:2:1: unknown key 'yeers' in funding rule; did you mean 'years'?",
                "x.yaml:3:9: found 'x'; expected a number.",
            ])
    }

    @Test func plainWordsStayTextWhenTextIsExpected() throws {
        for word in ["no", "0010", "2021/22", "1_000", "0x10"] {
            let file = try SpecificationFile(bytes: Array("name: \(word)\n".utf8), path: "x.yaml")
            let text = try file.decoded { $0.mapping("m", keys: ["name"])?.text("name") }
            #expect(text == word)
        }
    }

    @Test func saysThatAFileIsMissingOrAFolderOrNoUTF8() throws {
        let folder = try TemporaryFolder()
        #expect(
            throws: SpecificationError(
                "no such file. Check the path; it is relative to the current folder.", at: .init(file: "nowhere.yaml"))
        ) {
            try SpecificationFile(path: "nowhere.yaml")
        }
        #expect(throws: SpecificationError("this is a folder; expected a YAML file.", at: .init(file: folder.path))) {
            try SpecificationFile(path: folder.path)
        }
        #expect(throws: SpecificationError("the file is not UTF-8 text. Save it as UTF-8.", at: .init(file: "x.yaml")))
        {
            try SpecificationFile(bytes: [0x61, 0x3A, 0x20, 0xE9, 0x0A], path: "x.yaml")
        }
    }

    @Test func deepNestingEndsInAMessage() {
        let text = String(repeating: "[", count: 200_000)
        #expect(messages(text, readRule).count == 1)
    }
}
