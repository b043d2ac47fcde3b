# The analysis of betthauser.yaml in R: metafor and clubSandwich. Run in this folder: Rscript metafor.R
suppressMessages({ library(metafor); library(clubSandwich) })
data <- read.csv("../../../shared/data/betthauser2023_meta/betthauser2023_effect_sizes.csv")
data$id <- seq_len(nrow(data))
seconds <- function(work) unname(system.time(work)["elapsed"])
fitting <- seconds(fit <- rma.mv(es, se^2, random = ~ 1 | study / id, data = data, method = "REML"))
robust <- seconds(test <- coef_test(fit, vcov = "CR2", cluster = data$study))
leaving <- seconds(left <- sapply(unique(data$study), function(one)
  coef(rma.mv(es, se^2, random = ~ 1 | study / id, data = data, subset = data$study != one, method = "REML"))))
cat(sprintf("pooled %.6f, se %.6f, df %.1f; fitted %.2f s, CR2 %.2f s, leave one study out %.1f s\n",
  test$beta, test$SE, test$df_Satt, fitting, robust, leaving))
