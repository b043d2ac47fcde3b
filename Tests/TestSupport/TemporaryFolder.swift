import Foundation

/// A folder of a test's own, removed when the value goes away.
public final class TemporaryFolder: Sendable {
    /// The folder's path, without symbolic links.
    public let path: String

    /// Makes an empty folder.
    public init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("herstel-test-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.resolvingSymlinksInPath().path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { path + "/" + name }

    /// Writes a file of text and returns its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}

/// The text of a file.
public func contents(of path: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
}
