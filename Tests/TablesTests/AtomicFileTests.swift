import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite struct AtomicFileTests {
    @Test func replacesAFileAndLeavesNoTemporaryOne() throws {
        let folder = try TemporaryFolder()
        try writeAtomically(Array("old".utf8), to: folder.file("x"))
        try writeAtomically(Array("new".utf8), to: folder.file("x"))
        #expect(try contents(of: folder.file("x")) == "new")
        #expect(try files(in: folder) == ["x"])
    }

    @Test func anEmptyFileIsWritten() throws {
        let folder = try TemporaryFolder()
        try writeAtomically([], to: folder.file("x"))
        #expect(try contents(of: folder.file("x")) == "")
    }

    @Test func aReplacedFileKeepsItsPermissions() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("private", to: "x")
        chmod(path, 0o600)
        try writeAtomically(Array("new".utf8), to: path)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func saysWhyAFileCannotBeWritten() throws {
        let folder = try TemporaryFolder()
        try folder.write("", to: "file")
        let cases = [("file/x", "Not a directory"), ("none/x", "No such file or directory")]
        for (name, reason) in cases {
            let path = folder.file(name)
            #expect { try writeAtomically([1], to: path) } throws: {
                "\($0)" == "\(path): cannot be written: \(reason). What was there before is unchanged."
            }
        }
        #expect(try files(in: folder) == ["file"])
    }

    @Test func removesTheTemporaryFileWhenRenamingFails() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("taken")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect { try writeAtomically([1], to: path) } throws: {
            "\($0)" == "\(path): cannot be written: Is a directory. What was there before is unchanged."
        }
        #expect(try files(in: folder) == ["taken"])
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func saysThatTheDiskIsFull() {
        let descriptor = open("/dev/full", O_WRONLY)
        defer { close(descriptor) }
        #expect { try writeAll([1], to: descriptor, path: "x.csv") } throws: {
            "\($0)"
                == "x.csv: cannot be written: No space left on device. What was there before is unchanged."
        }
    }

    @Test func aShortWriteIsContinuedUntilAllIsWrittenOrRefused() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0 && fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0)
        defer { for end in ends { close(end) } }
        // More than a pipe holds: the first write is short, the next one is refused.
        let bytes = [UInt8](repeating: 1, count: 1 << 21)
        #expect { try writeAll(bytes, to: ends[1], path: "x.csv") } throws: {
            "\($0)"
                == "x.csv: cannot be written: Resource temporarily unavailable. What was there before is unchanged."
        }
    }

    @Test func tasksThatWriteTheSameFileDoNotMix() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("x")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for letter in UInt8(ascii: "a")...UInt8(ascii: "h") {
                group.addTask {
                    for _ in 0..<25 { try writeAtomically([UInt8](repeating: letter, count: 200_000), to: path) }
                }
            }
            try await group.waitForAll()
        }
        let written = try readFile(path)
        #expect(written.count == 200_000 && Set(written).count == 1)
        #expect(try files(in: folder) == ["x"])
    }

    @Test func onlyTemporaryFilesOfMoreThanAnHourAreAbandoned() throws {
        let folder = try TemporaryFolder()
        let names = [".a.csv.0123456789abcdef.tmp", ".b.csv.0123456789abcdef.tmp", ".a.csv.xyz.tmp", "a.csv", ".c.tmp"]
        for name in names { try folder.write("x", to: name) }
        let young = ".a.csv.0123456789abcde0.tmp"
        try folder.write("x", to: young)
        for (name, age) in names.map({ ($0, 3700.0) }) + [(young, 3500)] {
            try FileManager.default.setAttributes(
                [.modificationDate: Date.now.addingTimeInterval(-age)], ofItemAtPath: folder.file(name))
        }
        removeAbandonedFiles(in: folder.path) { $0 == "a.csv" }
        #expect(try files(in: folder).sorted() == (names.dropFirst() + [young]).sorted())
        removeAbandonedFiles(in: folder.path)
        #expect(try files(in: folder).sorted() == [".a.csv.0123456789abcde0.tmp", ".a.csv.xyz.tmp", ".c.tmp", "a.csv"])
    }

    @Test func aFileBeingWrittenCountsAsTemporary() throws {
        let folder = try TemporaryFolder()
        let file = try AtomicFile(folder.file("a.b.csv"))
        let name = try #require(try files(in: folder).first)
        #expect(AtomicFile.finalName(ofTemporary: name) == "a.b.csv")
        // ".a.b.csv." and 16 digits and ".tmp"
        #expect(name.count == 1 + 7 + 1 + 16 + 4)
        file.discard()
    }

    @Test func theClockIsTheFileSystems() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("", to: "x")
        let clock = try #require(FileSystemClock(of: folder.path))
        #expect(try #require(clock.age(of: path)) < 60 && clock.age(of: folder.file("none")) == nil)
        #expect(abs(clock.now - FileSystemClock().now) < 60)
        #expect(try files(in: folder) == ["x"])
        #expect(FileSystemClock(of: folder.file("none")) == nil)
    }

    private func files(in folder: TemporaryFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
    }
}
