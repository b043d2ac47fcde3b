import TestSupport
import Testing

@testable import Models

/// Every mistake that a user can make in a meta-analysis, word by word.
@Suite struct EvidenceMistakeTests {
    private static let columns = "data: {file: d.csv}\nestimate: y\nstd_error: se\n"
    private static let rows = "y,se,s,x,f\n0.1,0.1,a,1,p\n0.2,0.2,a,2,q\n0.4,0.1,b,3,p\n0.3,0.3,c,5,q\n"

    static let files: [(String, String)] = [
        ("", "m.yaml:1:1: give either 'data' with the columns' names, or 'estimates'."),
        (
            "data: {file: d.csv}\nestimate: y\n",
            "m.yaml:1:1: give one of 'std_error', 'variance', or 'sample_size' with 'correlation': the column from which the sampling variance is known."
        ),
        ("data: {file: d.csv}\nsample_size: n\n", "m.yaml:1:1: missing key 'correlation' in evidence model."),
        (
            columns + "structur: fixed\n",
            "m.yaml:5:1: unknown key 'structur' in evidence model; did you mean 'structure'?"
        ),
        (columns + "baseline: {cohorts: [a]}\n", "m.yaml:5:1: unknown key 'baseline' in evidence model"),
        (
            columns + "structure: fix\n",
            "m.yaml:5:12: found 'fix'; expected 'fixed', 'random' or 'three_level'."
        ),
        (
            columns + "structure: three_level\n",
            "m.yaml:5:12: 'three_level' needs the column 'study'. Declare it, or use 'random'."
        ),
        (
            columns + "structure: fixed\nestimator: ml\n",
            "m.yaml:6:12: a common effect has no variance to estimate. Leave 'estimator' out, or use 'structure: random'."
        ),
        (
            columns + "study: s\nstructure: three_level\nestimator: paule_mandel\n",
            "m.yaml:7:12: 'three_level' is fitted by 'reml' or 'ml'."
        ),
        (
            columns + "study: s\nstructure: three_level\ntest: knapp_hartung\n",
            "m.yaml:7:7: 'three_level' has no Knapp-Hartung test. Use 't', or 'robust: cr2'."
        ),
        (
            columns + "structure: fixed\ntest: knapp_hartung\n",
            "m.yaml:6:7: a common effect has no Knapp-Hartung test. Use 'normal' or 't'."
        ),
        (
            columns + "robust: cr2\n",
            "m.yaml:5:9: a cluster-robust covariance needs the column 'study'. Declare it, or leave 'robust' out."
        ),
        (
            columns + "study: s\nrobust: cr2\ntest: t\n",
            "m.yaml:7:7: with 'robust' tests are Satterthwaite's t. Leave 'test' out."
        ),
        (
            columns + "formula: y ~ 0\n",
            "m.yaml:5:10: the formula has no coefficient. Use 'y ~ 1' for the pooled effect."
        ),
        (columns + "coverage: 1\n", "m.yaml:5:11: found 1.0; expected a share between 0 and 1."),
        (columns + "formula: z ~ x\n", "m.yaml:5:10: the formula explains 'z'; expected the estimates' column 'y'."),
        (
            columns + "formula: y ~ x + (1 | s)\n",
            "m.yaml:5:10: a formula of moderators has no random effects. Declare them by 'structure' and 'study'."
        ),
        (
            columns + "formula: y ~ x + offset(x)\n",
            "m.yaml:5:10: a formula of moderators has no offset. Subtract it from the estimates."
        ),
        (
            columns + "evidence_strength: {grade: low, widening: 0.5}\n",
            "m.yaml:5:43: found 0.5; expected 1 or more: weak evidence widens a prediction."
        ),
        (
            columns + "evidence_strength: {grade: weak, widening: 2}\n",
            "m.yaml:5:28: found 'weak'; expected 'high', 'moderate', 'low' or 'very_low'."
        ),
        (
            columns + "leave_one_out: [study]\n",
            "m.yaml:5:16: leaving out studies needs the column 'study'. Declare it, or leave out effects."
        ),
        (
            columns + "predict: [{name: a, at: {}}, {name: a, at: {}}]\n",
            "m.yaml:5:10: two predictions have the same name. Give each its own."
        ),
        (
            "estimates: [{estimate: 1, std_error: 1, source: s}]\nstudy: s\n",
            "m.yaml:3:8: 'study' names a column of a data file. Leave it out with 'estimates' in the model file."
        ),
        (
            "estimates:\n  - {estimate: 1, std_error: 1, source: s, study: a}\n  - {estimate: 1, std_error: 1, source: s}\n",
            "m.yaml:3:3: some estimates name their study and others do not. Name it for all, or for none."
        ),
        (
            "estimates: [{estimate: 1, std_error: 1, variance: 1, source: s}]\n",
            "m.yaml:2:51: give either 'std_error' or 'variance', not both."
        ),
        ("estimates: [{estimate: 1, std_error: 0, source: s}]\n", "m.yaml:2:38: found 0; expected a number above 0."),
        (
            "estimates: [{estimate: 1, std_error: 1, source: s, moderators: {source: 1}}]\n",
            "m.yaml:2:12: a moderator cannot be named 'source'. Give it another name."
        ),
    ]

    @Test(arguments: files) func mistakesOfTheFileAreLocated(text: String, message: String) throws {
        try expect(message, text, Self.rows)
    }

    static let data: [(String, String, String)] = [
        (
            columns, "y,se\n0.1,0.1\n",
            "there is 1 effect for 1 coefficient; there must be more effects than coefficients. Use fewer moderators or more effects."
        ),
        (
            columns, "y,se\nNA,0.1\n",
            "no row of 1 has a value in every column of the formula. Check the columns and the missing codes."
        ),
        (
            columns, "y,se\n0.1,0.1\n0.2,0\n",
            "column 'se' is 0.0 in data row 2; expected a number above 0. Correct it, or leave the row out by 'subset'."
        ),
        (
            columns, "y,se\n0.1,-0.1\n0.2,1\n",
            "column 'se' is -0.1 in data row 1; expected a number above 0. Correct it, or leave the row out by 'subset'."
        ),
        (
            columns + "formula: y ~ x + f\n", "y,se,x,f\n0.1,0.1,1,p\n0.2,0.2,2,q\n0.3,0.1,1,p\n0.4,0.1,2,q\n",
            "the moderators 'fq' are combinations of those before them in these effects. Drop them."
        ),
        (
            columns + "study: s\nrobust: cr2\n", "y,se,s\n0.1,0.1,a\n0.2,0.2,a\n",
            "all 2 effects are from one study: nothing tells how studies differ. Use more studies, or 'structure: fixed' without 'robust' for that study's own effect."
        ),
        (
            columns + "study: s\nstructure: three_level\n", "y,se,s\n0.1,0.1,a\n0.2,0.2,b\n",
            "each of the 2 studies has one effect: the variance between studies cannot be told from that within them. Use 'structure: random'."
        ),
        (
            columns + "study: s\nrobust: cr2\nformula: y ~ x\n", "y,se,s,x\n0.1,0.1,a,1\n0.2,0.2,b,2\n0.3,0.1,a,4\n",
            "there are 2 studies for 2 coefficients; a cluster-robust covariance needs more studies than coefficients. Leave 'robust' out, or use fewer moderators."
        ),
        (
            columns + "study: s\nrobust: cr2\nformula: y ~ 0 + f\n",
            "y,se,s,f\n0.1,0.1,a,p\n0.2,0.2,a,p\n0.3,0.1,b,q\n0.7,0.1,c,q\n",
            "the residuals leave no degrees of freedom for the robust standard error of 'fp': what it compares fills a study each. Leave 'robust' out, or drop the moderator."
        ),
        (
            columns + "test: knapp_hartung\n", "y,se\n0.1,0.1\n0.1,0.2\n",
            "the effects do not differ from their fit: Knapp and Hartung's standard errors would be zero. Use 'test: normal'."
        ),
        (
            columns + "formula: y ~ x\npredict: [{name: a, at: {}}]\n", rows,
            "prediction 'a' gives no value to the moderator 'x'. Add it under 'at'."
        ),
        (
            columns + "formula: y ~ weeks\npredict: [{name: a, at: {week: 1}}]\n", "y,se,weeks\n0,1,1\n1,1,2\n2,1,4\n",
            "prediction 'a' gives a value to 'week', which is no moderator of the formula. Did you mean 'weeks'?"
        ),
        (
            columns + "formula: y ~ f\npredict: [{name: a, at: {f: r}}]\n", rows,
            "prediction 'a' gives 'r' to the moderator 'f'; expected one of p, q."
        ),
        (
            columns + "formula: y ~ x\npredict: [{name: a, at: {x: r}}]\n", rows,
            "prediction 'a' gives 'r' to the moderator 'x'; expected a number."
        ),
        (
            "data: {file: d.csv}\ncorrelation: r\nsample_size: n\n", "r,n\n0.5,20\n1,20\n",
            "column 'r' is 1.0 in data row 2; expected a correlation between -1 and 1. Correct it, or leave the row out by 'subset'."
        ),
        (
            "data: {file: d.csv}\ncorrelation: r\nsample_size: n\n", "r,n\n0.5,3\n0.2,20\n",
            "column 'n' is 3.0 in data row 1; Fisher's z needs a sample of more than 3. Correct it, or leave the row out by 'subset'."
        ),
        (
            columns, "y,se\n0.1,0\n0.2,-1\n0.3,1e-200\n",
            "column 'se' is 0.0 in data row 1; expected a number above 0. Correct it, or leave the row out by 'subset'.\n"
                + "column 'se' is -1.0 in data row 2; expected a number above 0. Correct it, or leave the row out by 'subset'.\n"
                + "column 'se' is 1e-200 in data row 3; expected a number whose variance and precision a computer can hold. "
                + "Rescale the estimates, or leave the row out by 'subset'."
        ),
        (
            columns + "study: s\nrobust: cr1\n", "y,se,s\n0.1,0.1,a\n0.1,0.2,b\n0.1,0.1,c\n",
            "the studies behind '(Intercept)' agree exactly: its cluster-robust standard error would be zero. Leave 'robust' out."
        ),
        (
            // The coefficient of q compares several studies; the effect at q is that of a single one.
            columns + "study: s\nrobust: cr0\nformula: y ~ f\npredict: [{name: q's, at: {f: q}}]\n",
            "y,se,s,f\n0.1,0.1,a,p\n0.3,0.1,b,p\n0.4,0.1,c,p\n0.6,0.1,d,q\n",
            "the residuals leave no degrees of freedom for the robust standard error of 'q's': what it compares fills a study each. Leave 'robust' out, or drop the moderator."
        ),
    ]

    @Test func aTextIsFoundInItsCell() throws {
        let folder = try TemporaryFolder()
        try folder.write("y,se\n0.1,0.2\n0.1,high\n", to: "d.csv")
        let path = try folder.write("kind: evidence\n" + Self.columns, to: "m.yaml")
        #expect {
            _ = try ModelFile(path: path).fit()
        } throws: { error in
            "\(error)".hasSuffix(
                "d.csv:3: column 'se' has 'high'; expected a number. Correct it, or declare it as missing.")
        }
    }

    @Test(arguments: data) func mistakesOfTheDataAreSaid(text: String, csv: String, message: String) throws {
        try expect("m.yaml: " + message, text, csv)
    }

    private func expect(_ message: String, _ text: String, _ csv: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(csv, to: "d.csv")
        let path = try folder.write("kind: evidence\n" + text, to: "m.yaml")
        #expect {
            _ = try ModelFile(path: path).fit()
        } throws: { error in
            let found = "\(error)".replacing(folder.path + "/", with: "")
            if !found.contains(message) { Issue.record("found: \(found)") }
            return found.contains(message)
        }
    }
}
