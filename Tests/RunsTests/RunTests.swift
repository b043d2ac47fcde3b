import Foundation
import Scenarios
import TestSupport
import Testing

@testable import Runs

/// Runs the shipped scenario with few draws.
private func run(threads: Int, into folder: String) throws {
    let prepared = try PreparedScenario(path: repositoryFile("scenarios/np-onderwijs.yaml"))
    let completed = try prepared.simulate(
        draws: 6, threads: threads, cancellation: Cancellation(), progress: { _, _ in })
    try completed.write(to: folder, command: ["run"])
}

private func header(_ folder: String, _ name: String) throws -> String {
    String(try contents(of: folder + "/" + name + ".csv").prefix { $0 != "\n" })
}

@Suite struct RunTests {
    @Test func theShippedScenarioWritesTheSameBytesForOneAndTwoThreads() throws {
        let (first, second) = (try TemporaryFolder(), try TemporaryFolder())
        try run(threads: 1, into: first.path)
        try run(threads: 2, into: second.path)
        let names = try FileManager.default.contentsOfDirectory(atPath: first.path).sorted()
        #expect(try names == FileManager.default.contentsOfDirectory(atPath: second.path).sorted())
        for name in names {
            #expect(
                FileManager.default.contents(atPath: first.file(name))
                    == FileManager.default.contents(atPath: second.file(name)), "\(name)")
        }
        // The columns that others rely on, in this order.
        let expected = [
            "estimates": "model,term,estimate,std_error,df,statistic,p_value,conf_low,conf_high",
            "variance_components": "model,group,term,with_term,variance,std_dev,correlation",
            "growth":
                "outcome,sector,cohort,ses,growth,growth_se,growth_df,baseline_kind,baseline,deviation,deviation_se,deviation_df,deviation_sd,deviation_pct,delay_weeks,delay_weeks_se,conf_low,conf_high,verdict,suppressed",
            "gaps":
                "outcome,sector,cohort,gap,gap_se,gap_df,change,change_se,change_df,conf_low,conf_high,verdict,quantity",
            "allocation": "scenario,recipient,school_id,municipality,sector,school_year,rule,amount_eur",
            "allocation_summary":
                "scenario,school_year,dimension,sector,category,n_schools,n_pupils,amount_eur,eur_per_pupil,share,gini,share_quintile_5",
            "spending":
                "scenario,sector,disadvantage_quintile,school_year,received_eur,spent_eur,carried_eur,returned_eur,spent_of_schools_by_boards_eur,spent_for_schools_by_boards_eur,overhead_eur,effective_eur,n_schools_with_money,share_nothing_left",
            "trajectories":
                "scenario,benchmark,unit,sector,outcome,ses,disadvantage_quintile,grade,school_year,n_pupils,mean,sd,q05,q10,q25,q50,q75,q90,q95,p_recovered,mcse_mean,mcse_p_recovered,mcse_sd,mcse_q05,mcse_q10,mcse_q25,mcse_q50,mcse_q75,mcse_q90,mcse_q95",
            "comparison":
                "scenario,reference,measure,benchmark,unit,sector,outcome,ses,school_year,value,sd,conf_low,conf_high,p_better,mcse_value,mcse_sd,mcse_conf_low,mcse_conf_high,mcse_p_better,variance_reduction,share_sampling,share_parameter,share_between_study,share_structure,share_interaction,share_monte_carlo",
            "recovery":
                "scenario,benchmark,sector,outcome,ses,p_recovered,p_not_recovered,mcse_p_recovered,year_q05,year_q25,year_q50,year_q75,year_q95,mcse_year_q50,reference,p_both_recovered,years_later,sd_years_later,years_later_q05,years_later_q95,mcse_years_later,p_earlier,mcse_p_earlier",
            "ranking":
                "scenario,sector,outcome,spending_eur,regret,regret_q95,mcse_regret,p_best,mcse_p_best,p_efficient,mcse_p_efficient",
            "effects":
                "scenario,sector,outcome,ses,disadvantage_quintile,intervention,menu,menu_version,approach,step,school_year,unit,mean,sd,q05,q50,q95,factor,mcse_mean",
            "assumptions": "parameter,distribution,mean,sd,low,high,origin,source,note",
        ]
        for (name, columns) in expected { #expect(try header(first.path, name) == columns) }
        // The data package describes every table as it is.
        let package = try contents(of: first.file("datapackage.json"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(package.utf8)) as? [String: Any])
        let resources = try #require(object["resources"] as? [[String: Any]])
        #expect(resources.count == names.count { $0.hasSuffix(".csv") })
        for resource in resources {
            let name = try #require(resource["name"] as? String)
            let schema = try #require(resource["schema"] as? [String: Any])
            let fields = try #require(schema["fields"] as? [[String: Any]]).compactMap { $0["name"] as? String }
            #expect(try fields.joined(separator: ",") == header(first.path, name))
        }
    }

    @Test func aFolderThatHoldsNoRunIsRefusedAndLeftAlone() throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "thesis.txt")
        #expect(throws: RunError.notARun(path: folder.path)) { try RunDirectory(folder.path) }
        #expect(try contents(of: folder.file("thesis.txt")) == "mine")
        try folder.write("", to: "file")
        #expect(throws: RunError.noName) { try RunDirectory("") }
        #expect(throws: RunError.notAFolder(path: folder.file("file"))) { try RunDirectory(folder.file("file")) }
    }

    @Test func tablesOfAnEarlierRunDoNotStay() throws {
        let folder = try TemporaryFolder()
        try folder.write("{}", to: "run.json")
        try folder.write("old", to: "trajectories.csv")
        let result = try FitResult(modelPaths: [repositoryFile("models/engzell2021.yaml")])
        try result.write(to: folder.path, command: ["fit"])
        #expect(!FileManager.default.fileExists(atPath: folder.file("trajectories.csv")))
        #expect(FileManager.default.fileExists(atPath: folder.file("growth.csv")))
        #expect(!FileManager.default.fileExists(atPath: folder.file(".unfinished-run")))
    }

    @Test func digestsAreThePublishedOnes() {
        // FIPS 180-4, the message "abc".
        #expect(sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}
