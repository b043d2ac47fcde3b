import TestSupport
import Testing

@testable import Specifications

/// What a value of an override may be, and attempts to make more of it.
@Suite struct OverrideValueTests {
    private func reason(_ value: String) throws -> String? {
        let file = try SpecificationFile(bytes: Array("a: 1\nb: 2\n".utf8), path: "x.yaml")
        let change = SpecificationOverride(.set, path: "a", value: value)
        return file.problems(of: [change]).first?.problem.description
    }

    @Test(arguments: [
        ("", "it is empty"),
        ("1, 2", "it holds 2 values; put a list in brackets"),
        ("1], [2", "it is not one value in YAML's flow style (did not find expected <document start>)"),
        ("1]\u{2028}b: 3", "it holds a line break or another control character"),
        ("1\nb: 3", "it holds a line break or another control character"),
        ("1\r# x", "it holds a line break or another control character"),
        ("1\u{85}", "it holds a line break or another control character"),
        ("\u{0}", "it holds a line break or another control character"),
        ("1 # rest", "it is not one value in YAML's flow style (did not find expected ',' or ']')"),
        ("&x 1", "anchors and aliases (& and *) are not for values"),
        ("[&x 1]", "anchors and aliases (& and *) are not for values"),
        ("{a: &x 1, b: *x}", "anchors and aliases (& and *) are not for values"),
        ("*x", "it is not one value in YAML's flow style (found undefined alias)"),
        ("!!str 5", "tags (!) are not for values"),
        ("! 5", "tags (!) are not for values"),
        ("! \"5\"", "tags (!) are not for values"),
        ("[!!binary aGk=]", "tags (!) are not for values"),
        ("!foo {a: 1}", "tags (!) are not for values"),
        ("!foo [1]", "tags (!) are not for values"),
        ("{a: 1, a: 2}", "key 'a' is there twice"),
        ("{a: 1, \"a\": 2}", "key 'a' is there twice"),
        ("{1: 1, \"1\": 2}", "key '1' is there twice"),
        ("{[a]: 1}", "a key is no single word"),
        ("{", "it is not one value in YAML's flow style (did not find expected node content)"),
        ("\"a", "it is not one value in YAML's flow style (found unexpected end of stream)"),
        ("- 1", "it is not one value in YAML's flow style (block sequence entries are not allowed in this context)"),
        ("%TAG", "it is not one value in YAML's flow style (found character that cannot start any token)"),
        (String(repeating: "[", count: 40) + String(repeating: "]", count: 40), "it is nested more than 32 deep"),
        ("it's " + String(repeating: "[", count: 60_000), "it is nested more than 32 deep"),
        (String(repeating: "x", count: 65_537), "it has 65537 bytes; expected at most 65536"),
    ])
    func refuses(value: String, expected: String) throws {
        #expect(try reason(value) == "the value cannot be used: \(expected).")
    }

    @Test(arguments: [
        "1", "-0.5", "no", "2021/22", "a b", "\"]\"", "'it''s ['", "{a: [1, {b: c}], d: ~}", "[]", "{}", "<<",
    ])
    func accepts(value: String) throws {
        #expect(try reason(value) == nil)
    }

    /// Noise made of YAML's signs: refused or one value, and never anything outside it.
    @Test func nothingReachesBeyondItsValue() throws {
        let file = try SpecificationFile(bytes: Array("a: 1\nb: 2\n".utf8), path: "x.yaml")
        let signs = Array("[]{},:&*!|>'\"%@`#?- \\ab1\n~.<=")
        var random = SeededGenerator(seed: 71)
        var accepted = 0
        for _ in 0..<5000 {
            let value = String(
                (0..<Int.random(in: 1...12, using: &random)).map { _ in signs.randomElement(using: &random)! })
            let change = SpecificationOverride(.set, path: "a", value: value)
            guard let changed = try? file.applying([change]) else { continue }
            accepted += 1
            let mapping = try #require(changed.root.openMapping("file"))
            #expect(mapping.entries.map(\.key) == ["a", "b"] && mapping.optional("b")?.text() == "2", "\(value)")
            // A line for the change, no more, and a file that reads as before.
            let text = String(decoding: changed.bytes, as: UTF8.self)
            #expect(text == "a: 1\nb: 2\n# override: set a = \(value)\n" && !value.contains("\n"))
        }
        #expect(accepted > 200)
    }

    /// What a study writes of a value reads back as that value.
    @Test func flowTextReadsBackTheSame() throws {
        let file = try SpecificationFile(bytes: Array("a: 1\n".utf8), path: "x.yaml")
        var random = SeededGenerator(seed: 72)
        for _ in 0..<500 {
            let yaml = "v: " + Self.tree(depth: 3, &random) + "\n"
            let source = try SpecificationFile(bytes: Array(yaml.utf8), path: "y.yaml")
            let flow = try #require(source.root.openMapping("file")?.optional("v")?.flowText(), "\(yaml)")
            #expect(!flow.contains("\n"))
            let changed = try file.applying([SpecificationOverride(.set, path: "a", value: flow)])
            #expect(changed.root.openMapping("file")?.optional("a")?.flowText() == flow, "\(yaml)")
        }
    }

    @Test(arguments: [
        ("v: two words\n", "\"two words\""), ("v: 2021/22\n", "2021/22"), ("v:\n", "~"),
        ("v: |\n  a\n  b\n", "\"a\\U0000000ab\\U0000000a\""),
        ("v: {a: 'it''s', b: [1.50, -2]}\n", "{a: \"it's\", b: [1.50, -2]}"), ("v: '5'\n", "\"5\""),
        ("v: ---\n", "\"---\""),
        ("v:\n  - x: &y 1\n  - z: *y\n", "[{x: 1}, {z: 1}]"),
    ])
    func flowTextIsOneLine(yaml: String, expected: String) throws {
        let source = try SpecificationFile(bytes: Array(yaml.utf8), path: "y.yaml")
        #expect(source.root.openMapping("file")?.optional("v")?.flowText() == expected)
    }

    private static func tree(depth: Int, _ random: inout SeededGenerator) -> String {
        let words = [
            "1", "-2.5e3", "abc", "\"a\\tb\"", "'it''s'", "\"\\\"\\\\\"", "~", "\"\"", "x: y", "\"# a\"", "2021/22",
            "\"\\u2028\"",
            "é", "\"😀\"", "a-b", ".5", "+3", "\"[\"", "\"\\e[0m\"",
        ].filter { $0 != "x: y" }
        switch depth == 0 ? 2 : Int.random(in: 0...3, using: &random) {
        case 0:
            return "["
                + (0..<Int.random(in: 0...3, using: &random)).map { _ in tree(depth: depth - 1, &random) }
                .joined(separator: ", ") + "]"
        case 1:
            return "{"
                + (0..<Int.random(in: 0...3, using: &random)).map { "k\($0): " + tree(depth: depth - 1, &random) }
                .joined(separator: ", ") + "}"
        default: return words.randomElement(using: &random) ?? "1"
        }
    }
}
