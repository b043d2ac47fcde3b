import Foundation
import Funding
import Scenarios
import Tables
import TestSupport
import Testing

@testable import Runs

/// The profiles of `scenarios/np-onderwijs.yaml` against the published shares.
@Suite struct ShippedSpendingTests {
    private static func shippedPlan() throws -> SimulationPlan {
        try PreparedScenario(path: repositoryFile("scenarios/np-onderwijs.yaml")).plan
    }

    /// Implementation monitor 5 (2023): nothing left at the start of 2023/24, in percent of schools.
    @Test func schoolsWithNothingLeftAreWithinTheMonitorsFigures() throws {
        let plan = try Self.shippedPlan()
        for (sector, percent) in [("po", 35.0), ("vo", 13), ("so", 29)] {
            let row = try #require(
                plan.scenarios[0].spending.calibration(plan.population).first {
                    $0.sector == sector && $0.year.description == "2023/24" && $0.moneyLeft.upTo == 0
                })
            #expect(row.declaredShare == percent / 100)
            // Whole percents are published.
            #expect(abs(100 * row.simulatedShare - percent) < 0.5)
        }
    }

    /// Every class of the figures at the start of 2023/24 and of Tabel 6, read from the published table.
    @Test(.enabled(if: hasSharedData)) func declaredSharesAreThePublishedOnes() throws {
        let table = try readCSV(path: sharedData("nponderwijs/spending.csv"))
        func published(_ sector: String, _ category: String, _ indicator: String) throws -> Double {
            let columns = try ["sector", "category", "indicator"].map { try table.column($0) }
            let values = try #require(try table.column("value").doubles())
            let row = try #require(
                (0..<table.rowCount).first { row in
                    columns.map { $0.text(at: row) } == [sector, category, indicator]
                })
            return values[row] / 100
        }
        let plan = try Self.shippedPlan()
        let rows = plan.scenarios[0].spending.calibration(plan.population)
        func expect(_ declared: Double, _ year: String, _ sector: String, upTo: Double) {
            let row = rows.first { $0.sector == sector && $0.year.description == year && $0.moneyLeft.upTo == upTo }
            #expect(abs((row?.declaredShare ?? 0) - declared) < 1e-9, "\(sector) \(year) \(upTo)")
            // In primary education 0.5% of schools cannot be as fast in 2021/22 as they expected and as slow in 2022/23 as
            // observed: the observation wins.
            #expect(abs((row?.simulatedShare ?? 0) - declared) < 0.006, "\(sector) \(year) \(upTo)")
        }
        for (sector, name) in [("po", "po"), ("vo", "vo"), ("so", "vso_so")] {
            let observed = "share_of_schools_by_budget_left_at_start_2023_24"
            for (category, upTo) in [("0_left", 0), ("1_to_20_left", 0.2), ("21_to_50_left", 0.5), ("gt_50_left", 1)] {
                expect(try published(name, category, observed), "2023/24", sector, upTo: upTo)
            }
            let expected = "share_of_schools_expecting_to_spend_of_year_budget"
            let all = try published(name, "100", expected)
            expect(all, "2022/23", sector, upTo: 0)
            expect(try published(name, "gt_75", expected) - all, "2022/23", sector, upTo: 0.25)
            for (category, upTo) in [("50_to_75", 0.5), ("25_to_50", 0.75), ("lt_25", 1)] {
                expect(try published(name, category, expected), "2022/23", sector, upTo: upTo)
            }
            let still = try published(
                name, "any_left_2024_25", "share_expecting_budget_left_for_2024_25_among_schools_with_budget_left")
            let any = try published(name, "any_left", "share_of_schools_with_budget_left_at_start_2023_24")
            let row = rows.first { $0.sector == sector && $0.year.description == "2024/25" && $0.moneyLeft.upTo == 0 }
            #expect(abs(1 - (row?.simulatedShare ?? 0) - still * any) < 0.002)
        }
    }

    /// Final letter 2025: 98.3% was spent by the end of 2024, of which 14.8% of all money by boards. The money of 2024/25 is
    /// spent evenly over its months, five of which lie in 2024. Not put in: how much is left at the start of 2024/25 is
    /// assumed, and this figure is what speaks for the assumption.
    @Test func moneySpentByTheEndOf2024IsNearThePublishedShare() throws {
        let path = try Self.shippedPlan().scenarios[0].spending
        func sum(_ amounts: [Cents]) -> Double { amounts.reduce(Cents.zero, +).euros }
        let received = path.years.reduce(0) { $0 + sum($1.received) }
        let spent = path.years.reduce(0) { $0 + sum($1.spent) * ($1.year.start == 2024 ? 5.0 / 12 : 1) }
        #expect(abs(spent / received - 0.983) < 0.005)
        let byBoards = path.years.reduce(0) { $0 + sum($1.spentOfSchoolByBoard) }
        #expect(abs(byBoards / received - 0.148) < 1e-6)
    }

    @Test func theFirstDeadlineReturnsWhatTheExtensionLetSchoolsSpend() throws {
        let plan = try Self.shippedPlan()
        let paths = Dictionary(uniqueKeysWithValues: plan.scenarios.map { ($0.declaration.name, $0.spending) })
        func total(_ name: String, _ flow: (SpendingPath.Year) -> [Cents]) throws -> Cents {
            try #require(paths[name]).years.reduce(.zero) { flow($1).reduce($0, +) }
        }
        #expect(try total("programme", \.returned) == .zero)
        let lost = try total("original_deadline", \.returned)
        #expect(lost > .zero)
        #expect(try lost + total("original_deadline", \.spent) == total("programme", \.spent))
        let extended = try #require(paths["programme"]?.years.first { $0.year.start == 2022 })
        #expect(extended.leftAtSchool.reduce(.zero, +) == lost)
    }

    /// A command names the file once, with the line of the deadline.
    @Test func aBudgetThatCannotBeSpentIsLocated() throws {
        let shipped = try contents(of: repositoryFile("scenarios/np-onderwijs.yaml"))
            .replacingOccurrences(of: "../models", with: repositoryFile("models"))
        // Goals have deadlines too: only the scenario's is changed.
        let start = try #require(shipped.range(of: "\n  original_deadline:")).lowerBound
        let text =
            String(shipped[..<start])
            + shipped[start...].replacingOccurrences(of: "deadline: 2022/23", with: "deadline: 2021/22")
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "s.yaml")
        let place = try #require(text.range(of: "deadline: 2021/22", range: start..<text.endIndex)).lowerBound
        let lines = text.prefix(upTo: place)
            .count { $0 == "\n" }
        #expect { try PreparedScenario(path: path) } throws: {
            "\($0)"
                == "\(path):\(lines + 1):15: scenario 'original_deadline': money is received in 2022/23, after the spending "
                + "deadline 2021/22. Move the deadline or the money."
        }
    }
}
