import Foundation
import Runs
import TestSupport
import Testing

/// A small disk in memory that can be filled, unmounted with the value.
final class Memory {
    private let path: String

    /// Whether this process may mount one.
    static let canBeMounted: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder(), let disk = try? Memory(folder.file("disk")) else {
            return false
        }
        return FileManager.default.isWritableFile(atPath: disk.path)
    }()

    init(_ path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let result = try ExternalProgram.run("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", path])
        guard result.code == 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { _ = try? ExternalProgram.run("umount", ["-l", path]) }

    /// Fills the disk but for some bytes with a file, whose path is returned.
    func fill(leaving bytes: Int) throws -> String {
        let name = path + "/ballast"
        let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
        let free = try #require(attributes[.systemFreeSize] as? Int)
        try Data(count: max(0, free - bytes)).write(to: URL(fileURLWithPath: name))
        return name
    }
}
