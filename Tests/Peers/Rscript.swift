import Foundation
import TestSupport
import Testing

/// R's interpreter, where it is installed.
enum Rscript {
    static let path = ["/usr/bin/Rscript", "/usr/local/bin/Rscript"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// Runs a script of the folder R and returns its output's lines, cut at tabs.
    static func run(_ script: String, _ arguments: [String]) throws -> [[String]] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(path))
        process.arguments = [repositoryFile("Tests/Peers/R/" + script)] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "Rscript failed")
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        try #require(!lines.isEmpty, "Rscript printed nothing")
        return lines.map { $0.split(separator: "\t").map { $0.trimmingCharacters(in: .whitespaces) } }
    }

    /// Whether R is installed with these packages.
    static func hasPackages(_ names: [String]) -> Bool {
        guard path != nil else { return false }
        return (try? run("packages.R", names))?.first == ["yes"]
    }
}
