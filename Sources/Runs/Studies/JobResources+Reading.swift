import Specifications

extension JobResources {
    private static let keys = [
        "time", "memory", "partition", "account", "qos", "constraint", "modules", "throttle", "cpus", "requeue",
        "units_per_task",
    ]

    /// Reads what a study asks of a scheduler. Each text is one word of a few kinds of signs: nothing else gets to a scheduler.
    init?(_ value: SpecificationValue) {
        guard let mapping = value.mapping("resources", keys: Self.keys) else { return nil }
        self.init()
        var isComplete = true
        func read<T>(_ key: String, _ reader: (SpecificationValue) -> T?) -> T? {
            guard let value = mapping.optional(key) else { return nil }
            let found = reader(value)
            if found == nil { isComplete = false }
            return found
        }
        time = read("time") { Self.word($0, .time) }
        memory = read("memory") { Self.word($0, .memory) }
        partition = read("partition") { Self.word($0, .name) }
        account = read("account") { Self.word($0, .name) }
        qos = read("qos") { Self.word($0, .name) }
        constraint = read("constraint") { Self.word($0, .constraint) }
        modules = read("modules") { Self.modules($0) } ?? []
        throttle = read("throttle") { $0.integer(in: 1...StudyLimits.units) }
        cpus = read("cpus") { $0.integer(in: 1...1024) } ?? 1
        requeue = read("requeue") { $0.word(among: ["true", "false"]).map { $0 == "true" } } ?? true
        unitsPerTask = read("units_per_task") { $0.integer(in: 1...StudyLimits.units) }
        guard isComplete else { return nil }
    }

    private static func modules(_ value: SpecificationValue) -> [String]? {
        guard let list = value.list() else { return nil }
        guard list.count <= 50 else {
            value.fail("found \(list.count) modules; expected at most 50.")
            return nil
        }
        let words = list.map { word($0, .module) }
        return words.contains(nil) ? nil : words.compactMap { $0 }
    }

    private static func word(_ value: SpecificationValue, _ kind: ResourceWord) -> String? {
        guard let text = value.text() else { return nil }
        guard kind.allows(text) else {
            value.fail("found '\(visible(text))'; expected \(kind.expected).")
            return nil
        }
        return text
    }

    /// A text for a message, short, without signs that move a cursor.
    private static func visible(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(60).map { "\($0)".isOneLine ? "\($0)" : "?" }.joined()
        return shown + (text.unicodeScalars.count > 60 ? "…" : "")
    }
}

/// The kinds of words that a scheduler is given.
enum ResourceWord {
    case time, memory, name, constraint, module

    private static let longest = 200

    /// Whether a text is such a word.
    func allows(_ text: String) -> Bool {
        let signs = Array(text.utf8)
        guard !signs.isEmpty, signs.count <= Self.longest else { return false }
        switch self {
        case .time: return Self.isTime(text)
        case .memory: return Self.isMemory(signs)
        case .name: return Self.consists(signs, of: "_.,-")
        case .constraint: return Self.consists(signs, of: "_.,&|*()[]-")
        case .module: return Self.consists(signs, of: "_.+/-")
        }
    }

    /// What is expected, for messages.
    var expected: String {
        switch self {
        case .time: "a time limit above 0: HH:MM:SS, D-HH:MM:SS or minutes"
        case .memory: "a size above 0 such as 500M or 2G"
        case .name: "a name of letters, digits and _ . , - that does not begin with -"
        case .constraint: "features of letters, digits and _ . , & | * ( ) [ ] - that do not begin with -"
        case .module: "a module of letters, digits and _ . + / - that does not begin with -"
        }
    }

    private static func isDigit(_ sign: UInt8) -> Bool { (48...57).contains(sign) }

    private static func consists(_ signs: [UInt8], of others: String) -> Bool {
        signs.first != UInt8(ascii: "-")
            && signs.allSatisfy {
                isDigit($0) || (65...90).contains($0) || (97...122).contains($0) || others.utf8.contains($0)
            }
    }

    private static func isMemory(_ signs: [UInt8]) -> Bool {
        let digits = signs.prefix(while: isDigit)
        let unit = signs.dropFirst(digits.count)
        return (1...12).contains(digits.count) && digits.contains { $0 != UInt8(ascii: "0") }
            && (unit.isEmpty || unit.count == 1 && "KMGT".utf8.contains(unit[unit.startIndex]))
    }

    /// `[D-]HH:MM:SS` or minutes.
    private static func isTime(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, let clock = parts.last else { return false }
        let fields = clock.split(separator: ":", omittingEmptySubsequences: false)
        let all = parts.dropLast() + fields
        guard all.allSatisfy({ (1...6).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) }),
            all.contains(where: { $0.utf8.contains { $0 != UInt8(ascii: "0") } })
        else { return false }
        if fields.count == 1 { return parts.count == 1 }
        guard fields.count == 3, fields[1].utf8.count == 2, fields[2].utf8.count == 2 else { return false }
        let numbers = fields.compactMap { Int($0) }
        return numbers[1] < 60 && numbers[2] < 60 && (parts.count == 1 || numbers[0] < 24)
    }
}
