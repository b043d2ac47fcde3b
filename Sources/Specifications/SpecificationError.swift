/// A place in a specification file; lines and columns count from 1.
public struct SpecificationPlace: Sendable, Equatable, CustomStringConvertible {
    /// The file's path as the user gave it.
    public let file: String
    /// The line, or nil when the problem concerns the whole file.
    public let line: Int?
    /// The column within the line.
    public let column: Int?
    /// The change that put the value there, in words; nil for what stands in the file. The line is beyond the file's last
    /// then, and tells changes apart.
    public let override: String?

    /// A place in a file.
    public init(file: String, line: Int? = nil, column: Int? = nil, override: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
        self.override = override
    }

    /// `file:line:column`, as compilers and editors write it; `file, with 'set a.b = 5'` for what a change put there.
    public var description: String {
        if let override { return "\(file), with '\(override)'" }
        return [file, line.map(String.init), column.map(String.init)].compactMap { $0 }.joined(separator: ":")
    }
}

/// One problem of a specification file: where it is, what was found, what was expected.
public struct SpecificationProblem: Sendable, Equatable, CustomStringConvertible {
    /// Where the problem is.
    public let place: SpecificationPlace
    /// What was found, what was expected and what to do.
    public let message: String

    /// A problem at a place.
    public init(place: SpecificationPlace, message: String) {
        self.place = place
        self.message = message
    }

    /// `file:line:column: message`.
    public var description: String { "\(place): \(message)" }
}

/// All problems found in one specification file, in the order of their places.
public struct SpecificationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The problems; at least one.
    public let problems: [SpecificationProblem]

    /// The error of these problems, put in reading order.
    public init(_ problems: [SpecificationProblem]) {
        self.problems = problems.sorted {
            ($0.place.line ?? 0, $0.place.column ?? 0) < ($1.place.line ?? 0, $1.place.column ?? 0)
        }
    }

    /// The error of a single problem.
    public init(_ message: String, at place: SpecificationPlace) {
        problems = [SpecificationProblem(place: place, message: message)]
    }

    /// One problem a line.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
