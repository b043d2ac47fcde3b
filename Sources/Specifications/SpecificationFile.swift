import Foundation
import Yams

/// A specification file read from disk: its tree of values, each of which knows its place, and the problems found so far.
///
/// Decoding does not stop at the first problem: readers note what is wrong in ``problems`` and go on, and
/// ``decoded(_:)`` throws them all together.
public struct SpecificationFile {
    /// The path as the user gave it; messages begin with it.
    public let path: String
    /// The bytes of the file, for provenance.
    public let bytes: [UInt8]
    /// The value at the root of the file.
    public let root: SpecificationValue
    /// A number that no line of the file is above; changes to its values are marked with the lines that follow.
    let lastLine: Int

    /// Specification files are written by people; a larger one is a mistake or an attack.
    static let largestSize = 5 << 20

    /// Reads and parses a file, without looking at its meaning.
    ///
    /// - Throws: ``SpecificationError`` when the file cannot be read, is no UTF-8, or is no single YAML document.
    public init(path: String) throws(SpecificationError) {
        let place = SpecificationPlace(file: path)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw SpecificationError("no such file. Check the path; it is relative to the current folder.", at: place)
        }
        guard !isFolder.boolValue else {
            throw SpecificationError("this is a folder; expected a YAML file.", at: place)
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SpecificationError("the file cannot be read. Check its permissions.", at: place)
        }
        try self.init(bytes: [UInt8](data), path: path)
    }

    /// Parses the bytes of a file.
    public init(bytes: [UInt8], path: String) throws(SpecificationError) {
        let place = SpecificationPlace(file: path)
        guard bytes.count <= Self.largestSize else {
            throw SpecificationError(
                "the file has \(bytes.count) bytes; a specification has at most \(Self.largestSize).", at: place)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SpecificationError("the file is not UTF-8 text. Save it as UTF-8.", at: place)
        }
        self.path = path
        self.bytes = bytes
        lastLine = bytes.count { $0 == UInt8(ascii: "\n") } + 1
        root = SpecificationValue(node: try Self.parse(text, path: path), log: ProblemLog(file: path))
    }

    /// The file with a changed tree; the lines after the last stand for the changes.
    init(path: String, bytes: [UInt8], tree: Node, lastLine: Int, _ changes: [SpecificationOverride]) {
        (self.path, self.bytes, self.lastLine) = (path, bytes, lastLine)
        let log = ProblemLog(file: path, lastLine: lastLine, overrides: changes.map(\.shortWords))
        root = SpecificationValue(node: tree, log: log)
    }

    /// The problems noted so far.
    public var problems: [SpecificationProblem] { root.log.problems }

    /// What a reader made of the root, or all problems together.
    ///
    /// - Throws: ``SpecificationError`` when the reader noted a problem.
    public func decoded<T>(_ read: (SpecificationValue) -> T?) throws(SpecificationError) -> T {
        let value = read(root)
        if !problems.isEmpty { throw SpecificationError(problems) }
        guard let value else {
            throw SpecificationError(
                "the file could not be read as a specification.", at: SpecificationPlace(file: path))
        }
        return value
    }

    private static func parse(_ text: String, path: String) throws(SpecificationError) -> Node {
        do {
            if let node = try Yams.compose(yaml: text) { return node }
        } catch let error as YamlError {
            throw SpecificationError([problem(of: error, path: path)])
        } catch {
            throw SpecificationError("\(error)", at: SpecificationPlace(file: path))
        }
        throw SpecificationError("the file is empty; expected keys and values.", at: SpecificationPlace(file: path))
    }

    private static func problem(of error: YamlError, path: String) -> SpecificationProblem {
        func at(_ mark: Mark, _ message: String) -> SpecificationProblem {
            let place = SpecificationPlace(file: path, line: mark.line, column: mark.column)
            return SpecificationProblem(place: place, message: message)
        }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark, "this is not valid YAML: \(problem).")
        case .duplicatedKeysInMapping(let keys, let context):
            return at(context.mark, "duplicate key '\(keys.first ?? "")' in the same mapping. Keep one of them.")
        case .reader(let problem, _, _, _):
            return SpecificationProblem(
                place: SpecificationPlace(file: path), message: "this is not valid YAML: \(problem).")
        default:
            return SpecificationProblem(place: SpecificationPlace(file: path), message: "this is not valid YAML.")
        }
    }
}

/// Collects the problems of one file while it is read. It has identity: all values of a file write to the same log.
final class ProblemLog {
    let file: String
    private(set) var problems: [SpecificationProblem] = []
    /// Marks beyond this line are those of changes to the file's values, in their order.
    private let lastLine: Int
    private let overrides: [String]

    init(file: String, lastLine: Int = .max, overrides: [String] = []) {
        (self.file, self.lastLine, self.overrides) = (file, lastLine, overrides)
    }

    func note(_ message: String, at node: Node) {
        problems.append(SpecificationProblem(place: place(of: node), message: message))
    }

    /// Where a node stands: in the file, or in a change to it.
    func place(of node: Node) -> SpecificationPlace {
        let (line, column) = (node.mark?.line, node.mark?.column)
        guard let line, line > lastLine, line - lastLine <= overrides.count else {
            return SpecificationPlace(file: file, line: line, column: column)
        }
        return SpecificationPlace(file: file, line: line, column: column, override: overrides[line - lastLine - 1])
    }
}
