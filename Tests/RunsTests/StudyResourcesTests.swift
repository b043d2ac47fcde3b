import Specifications
import Testing

@testable import Runs

@Suite struct StudyResourcesTests {
    private func resources(_ yaml: String) throws -> JobResources {
        let file = try SpecificationFile(bytes: Array("resources: \(yaml)\n".utf8), path: "s.yaml")
        return try file.decoded { $0.openMapping("study")?.optional("resources").flatMap { JobResources($0) } }
    }

    @Test(arguments: [
        ("time", ["02:00:00", "2-12:00:00", "90", "120:00:00", "0:00:01"]),
        ("memory", ["2G", "500M", "4000", "1T", "100K"]),
        ("partition", ["normal", "gpu,cpu", "a_b.c-d", "2"]), ("account", ["proj1"]), ("qos", ["x"]),
        ("constraint", ["a&b", "a|b", "(a&b)|c", "[rack1|rack2]", "a*2"]),
        ("modules", ["[swift/6.1]", "[OpenBLAS/0.3.21-GCC-12.2.0, gcc++]", "[]"]), ("throttle", ["1"]),
        ("cpus", ["1024"]),
        ("requeue", ["true", "false"]), ("units_per_task", ["1000000"]),
    ])
    func accepts(key: String, values: [String]) throws {
        for value in values {
            let text =
                key == "modules"
                ? value : key == "cpus" || key == "throttle" || key == "units_per_task" ? value : "\"\(value)\""
            _ = try resources("{\(key): \(text)}")
        }
    }

    /// Nothing that a shell, sbatch or a script's line could take for more than a word. Texts as YAML's double quotes write them.
    static let attacks = [
        "; rm -rf /", "a; rm -rf /", "$(id)", "`id`", "a b", "a\\nb", "a\\n#SBATCH --wrap=id", "a\\rb", "a\\tb", "'a'",
        "\\\"a", "a\\\\b",
        "--wrap=id", "-p", "a=b", "a#b", "a>b", "a<b", "${HOME}", "$HOME", "~", "a!b", "%j", "a\\u0000b", "a\\u2028b",
        "é", "",
        " ", "a:b c", "a\\x1b[0m", "*\\n", "{a,b}", "a?", "a\\e",
    ]

    @Test(arguments: ["time", "memory", "partition", "account", "qos", "constraint"])
    func refusesWhatIsMoreThanAWord(key: String) throws {
        for attack in Self.attacks + [String(repeating: "a", count: 201)] {
            #expect(throws: SpecificationError.self, "\(key) \(attack)") { try resources("{\(key): \"\(attack)\"}") }
        }
        for attack in Self.attacks {
            #expect(throws: SpecificationError.self, "\(attack)") { try resources("{modules: [ok, \"\(attack)\"]}") }
        }
    }

    @Test(arguments: [
        (
            "time",
            [
                "00:00:00", "0", "1:2:3", "1:60:00", "1-24:00:00", "1-2", "1-2-03:00:00", "12:30", "-1", "1h",
                "UNLIMITED", "1234567",
            ]
        ),
        ("memory", ["0", "0G", "2GB", "2g", "G", "-1", "1.5G", "1234567890123", "2 G"]),
        ("throttle", ["0", "-1", "1.5", "x"]), ("cpus", ["0", "1025"]), ("requeue", ["yes", "True", "1"]),
        ("units_per_task", ["0", "1000001"]), ("modules", ["swift", "{a: b}", "[[a]]", "[~]"]),
        ("partition", ["[a]", "{a: b}", "~"]),
    ])
    func refuses(key: String, values: [String]) throws {
        for value in values {
            #expect(throws: SpecificationError.self, "\(key) \(value)") { try resources("{\(key): \(value)}") }
        }
    }

    @Test func saysWhatIsExpectedWithoutRepeatingControlCharacters() throws {
        let error = #expect(throws: SpecificationError.self) {
            try resources("{partition: \"a\\n\\e[2J\", time: 1h, tiem: 3}")
        }
        #expect(
            error?.problems.map(\.description) == [
                "s.yaml:1:25: found 'a??[2J'; expected a name of letters, digits and _ . , - that does not begin with -.",
                "s.yaml:1:43: found '1h'; expected a time limit above 0: HH:MM:SS, D-HH:MM:SS or minutes.",
                "s.yaml:1:47: unknown key 'tiem' in resources; did you mean 'time'?",
            ])
    }
}
