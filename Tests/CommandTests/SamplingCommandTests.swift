import Foundation
import TestSupport
import Testing

@Suite struct SamplingCommandTests {
    private let small: SmallScenario

    init() throws { small = try SmallScenario() }

    /// The estimate summarises few draws, which must be whole sets too.
    @Test(arguments: ["independent", "antithetic", "sobol"])
    func theSizeOfARunIsToldForEverySampling(sampling: String) throws {
        let result = try herstel(
            ["simulate", small.path, "--sampling", sampling, "--draws", "32", "--sensitivity", "16", "--dry-run"],
            in: small.folder.path)
        #expect(result.code == 0 && result.output.contains("expected time"), "\(result.errors)")
    }

    @Test(arguments: ["antithetic", "sobol"])
    func dependentDrawsHaveTheErrorOfTheirMeansOnly(sampling: String) throws {
        let folder = small.folder.file("out")
        let result = try herstel(
            [
                "simulate", small.path, "--sampling", sampling, "--draws", "32", "--sensitivity", "0", "--output",
                folder, "--quiet",
            ], in: small.folder.path)
        #expect(result.code == 0, "\(result.errors)")
        let rows = try String(contentsOfFile: folder + "/trajectories.csv", encoding: .utf8).split(separator: "\n").map
        {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let header = try #require(rows.first)
        let (mean, sd) = (
            try #require(header.firstIndex(of: "mcse_mean")), try #require(header.firstIndex(of: "mcse_sd"))
        )
        #expect(rows.dropFirst().allSatisfy { Double($0[mean]) != nil && ["", "NA"].contains($0[sd]) })
        let diagnostics = try String(contentsOfFile: folder + "/diagnostics.csv", encoding: .utf8)
        #expect(diagnostics.contains("sampling_gain"))
    }

    @Test(arguments: [
        ("sobol", "40", "--sampling sobol needs a multiple of 16 draws; found 40. Give --draws."),
        ("antithetic", "33", "--sampling antithetic needs a multiple of 2 draws; found 33. Give --draws."),
        ("antithetic", "2", "--sampling antithetic needs at least 4 draws; found 2."),
    ])
    func setsThatAreNotWholeAreRefused(sampling: String, draws: String, message: String) throws {
        let result = try herstel(
            ["simulate", small.path, "--sampling", sampling, "--draws", draws], in: small.folder.path)
        #expect(result.code == 2 && result.errors.contains(message), "\(result.errors)")
    }
}
